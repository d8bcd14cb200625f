"""What a recording holds, as of any of its moments."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.recording import PlatformFrame, SeenValue
from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.store.columns import microseconds
from workshop_tui.store.database import Database
from workshop_tui.store.frame_codec import decode_platform, decode_region
from workshop_tui.store.readings import as_value, with_words
from workshop_tui.store.results import as_result
from workshop_tui.store.schema import frames, reading_words, readings, results, series

_MICROSECOND = timedelta(microseconds=1)

SeriesKey = tuple[str, str | None]


class Recorded:
    """Reads alone. `at`: what came later is not seen. All methods raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def span(self, workshop_id: int) -> tuple[datetime, datetime] | None:
        """From the first value to the last; None where nothing was recorded."""
        of_series = readings.c.series_id == series.c.id
        first = select(func.min(readings.c.at)).where(of_series).correlate(series).scalar_subquery()
        last = select(func.max(readings.c.at)).where(of_series).correlate(series).scalar_subquery()
        query = select(first.label("first"), last.label("last")).where(series.c.workshop_id == workshop_id)

        async def read(connection: AsyncConnection) -> tuple[datetime, datetime] | None:
            spans = [(row.first, row.last) for row in await connection.execute(query) if row.first is not None]
            return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

        return await self._database.read(read)

    async def values(self, workshop_id: int, at: datetime) -> tuple[SeenValue, ...]:
        """The last of each measure and region, however old."""
        query = (
            with_words()
            .join_from(series, readings, readings.c.id == _newest_reading(at))
            .join(reading_words)
            .where(series.c.workshop_id == workshop_id)
            .order_by(series.c.id)
        )

        async def read(connection: AsyncConnection) -> tuple[SeenValue, ...]:
            return tuple(SeenValue(as_value(row), row.at) for row in await connection.execute(query))

        return await self._database.read(read)

    async def samples(
        self, workshop_id: int, until: datetime, step: timedelta, count: int, holds_for: timedelta
    ) -> Mapping[SeriesKey, tuple[float | None, ...]]:
        """`count` values of each series, a step apart, the last one at `until`; None where nothing held."""
        parameters = {
            "workshop": workshop_id,
            "until": microseconds(until),
            "step": step // _MICROSECOND,
            "holds": holds_for // _MICROSECOND,
            "count": count,
        }

        async def read(connection: AsyncConnection) -> Mapping[SeriesKey, tuple[float | None, ...]]:
            found: dict[SeriesKey, list[float | None]] = {}
            for row in await connection.exec_driver_sql(_SAMPLES, parameters):
                found.setdefault((row.measure_id, row.region or None), []).append(row.value)
            return {key: tuple(values) for key, values in found.items()}

        return await self._database.read(read)

    async def results(self, workshop_id: int, at: datetime) -> dict[str, CheckResult]:
        """The last saved of each check, by check id."""
        newest = (
            select(func.max(results.c.id))
            .where(results.c.workshop_id == workshop_id, results.c.judged_at <= at)
            .group_by(results.c.check_id)
        )

        async def read(connection: AsyncConnection) -> dict[str, CheckResult]:
            rows = await connection.execute(select(results).where(results.c.id.in_(newest)))
            return {row.check_id: as_result(row) for row in rows}

        return await self._database.read(read)

    async def region(self, workshop_id: int, region: str, at: datetime) -> RegionDetail | None:
        """None where no frame of it had been kept."""
        base = frames.alias()
        query = _newest_frame(workshop_id, region, at).add_columns(
            select(base.c.blob).where(base.c.id == frames.c.base_id).scalar_subquery().label("base")
        )

        async def read(connection: AsyncConnection) -> tuple[bytes, bytes | None] | None:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else (row.blob, row.base)

        found = await self._database.read(read)
        return None if found is None else await asyncio.to_thread(decode_region, *found)

    async def platform(self, workshop_id: int, at: datetime) -> PlatformFrame | None:
        """None where none had been kept."""

        async def read(connection: AsyncConnection) -> bytes | None:
            blob: bytes | None = await connection.scalar(_newest_frame(workshop_id, "", at))
            return blob

        blob = await self._database.read(read)
        return None if blob is None else decode_platform(blob)


def _newest_frame(workshop_id: int, region: str, at: datetime) -> Select[tuple[bytes]]:
    return (
        select(frames.c.blob)
        .where(frames.c.workshop_id == workshop_id, frames.c.region == region, frames.c.at <= at)
        .order_by(frames.c.at.desc(), frames.c.id.desc())
        .limit(1)
    )


def _newest_reading(at: datetime) -> ScalarSelect[Any]:
    inner = readings.alias()
    return (
        select(inner.c.id)
        .where(inner.c.series_id == series.c.id, inner.c.at <= at)
        .order_by(inner.c.at.desc(), inner.c.id.desc())
        .limit(1)
        .correlate(series)
        .scalar_subquery()
    )


_SAMPLES = """
    WITH RECURSIVE steps (number) AS (
        SELECT :count - 1 UNION ALL SELECT number - 1 FROM steps WHERE number > 0
    )
    SELECT series.measure_id, series.region, (
        SELECT CASE WHEN readings.at > :until - steps.number * :step - :holds THEN readings.value END
        FROM readings
        WHERE readings.series_id = series.id AND readings.at <= :until - steps.number * :step
        ORDER BY readings.at DESC, readings.id DESC LIMIT 1
    ) AS value
    FROM series JOIN steps
    WHERE series.workshop_id = :workshop
    ORDER BY series.id, steps.number DESC
"""
