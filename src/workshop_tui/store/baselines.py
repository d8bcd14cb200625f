"""How each measure was over a workshop: median, 95th percentile and maximum, each value weighed by how long it held."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.measure import HOLDS_FOR, MeasurePoint, held
from workshop_tui.model.recording import Baseline
from workshop_tui.store.database import Database
from workshop_tui.store.schema import baselines, readings, series, workshops

Points = list[MeasurePoint]
Figures = tuple[float, float, float, timedelta]


async def baselines_of(database: Database, workshop_id: int) -> tuple[Baseline, ...]:
    """In the order in which the series began; raises `StoreError`."""

    async def read(connection: AsyncConnection) -> tuple[list[_Kept], dict[int, Points]]:
        kept = await _kept(connection, workshop_id)
        return kept, {each.series_id: await _points(connection, each) for each in kept if each.outdated}

    kept, points = await database.read(read)
    for each in kept:
        if each.outdated:
            of_series = points[each.series_id]
            each.figures = await asyncio.to_thread(figures, of_series, each.starts_at, each.ends_at)
    renewed = [each for each in kept if each.outdated]
    if renewed and not database.read_only:
        await database.write(lambda connection: _keep(connection, renewed))
    return tuple(
        Baseline(each.measure_id, each.region or None, *each.figures) for each in kept if each.figures is not None
    )


def figures(points: Sequence[MeasurePoint], starts_at: datetime, ends_at: datetime) -> Figures | None:
    """Median, 95th percentile, maximum, and for how long a value was known; None when it never was."""
    changes = [point for point in held(points) if point.at < ends_at]
    spans: list[tuple[float, timedelta]] = []
    for point, following in pairwise([*changes, MeasurePoint(ends_at, None)]):
        lasted = following.at - max(point.at, starts_at)
        if point.value is not None and lasted > timedelta():
            spans.append((point.value, lasted))
    if not spans:
        return None
    spans.sort()
    known = sum((lasted for _, lasted in spans), timedelta())
    return _at_share(spans, known * 0.5), _at_share(spans, known * 0.95), spans[-1][0], known


def _at_share(spans: Sequence[tuple[float, timedelta]], share: timedelta) -> float:
    passed = timedelta()
    for value, lasted in spans:
        passed += lasted
        if passed >= share:
            return value
    return spans[-1][0]


@dataclass(slots=True)
class _Kept:
    """A series of the workshop with what is kept of it."""

    series_id: int
    measure_id: str
    region: str
    starts_at: datetime
    ends_at: datetime
    through_id: int
    outdated: bool
    figures: Figures | None = None


async def _kept(connection: AsyncConnection, workshop_id: int) -> list[_Kept]:
    workshop = (await connection.execute(select(workshops).where(workshops.c.id == workshop_id))).one_or_none()
    if workshop is None:
        return []
    starts_at, ends_at = workshop.starts_at, workshop.starts_at + workshop.duration
    newest = (
        select(func.coalesce(func.max(readings.c.id), 0))
        .where(readings.c.series_id == series.c.id, readings.c.at <= ends_at)
        .correlate(series)
        .scalar_subquery()
    )
    query = (
        select(series.c.id, series.c.measure_id, series.c.region, newest.label("newest"), baselines)
        .join_from(series, baselines, baselines.c.series_id == series.c.id, isouter=True)
        .where(series.c.workshop_id == workshop_id)
        .order_by(series.c.id)
    )
    found = []
    for row in await connection.execute(query):
        outdated = (row.starts_at, row.ends_at, row.through_id) != (starts_at, ends_at, row.newest)
        kept = _Kept(row.id, row.measure_id, row.region, starts_at, ends_at, row.newest, outdated)
        if not kept.outdated and row.median is not None:
            kept.figures = (row.median, row.p95, row.highest, row.known_for)
        found.append(kept)
    return found


async def _points(connection: AsyncConnection, kept: _Kept) -> Points:
    query = (
        select(readings.c.at, readings.c.value)
        .where(
            readings.c.series_id == kept.series_id,
            readings.c.at.between(kept.starts_at - HOLDS_FOR, kept.ends_at),
        )
        .order_by(readings.c.at, readings.c.id)
    )
    return [MeasurePoint(row.at, row.value) for row in await connection.execute(query)]


async def _keep(connection: AsyncConnection, renewed: Sequence[_Kept]) -> None:
    await connection.execute(delete(baselines).where(baselines.c.series_id.in_([each.series_id for each in renewed])))
    rows = []
    for each in renewed:
        median, p95, highest, known_for = each.figures or (None, None, None, timedelta())
        rows.append(
            {
                "series_id": each.series_id,
                "starts_at": each.starts_at,
                "ends_at": each.ends_at,
                "through_id": each.through_id,
                "median": median,
                "p95": p95,
                "highest": highest,
                "known_for": known_for,
            }
        )
    await connection.execute(insert(baselines), rows)
