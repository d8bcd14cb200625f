"""Measured values over time, and when sources broke and recovered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.measure import MeasurePoint, MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.store.columns import clean
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.schema import readings, series, source_changes

_SERIES_LIMIT = 2000


class Readings:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._series_ids: dict[tuple[int, str, str], int] = {}

    async def record(self, workshop_id: int, values: Iterable[MeasureValue]) -> None:
        """Store the values as they are known now."""
        values = tuple(values)
        if not values:
            return

        async def write(connection: AsyncConnection) -> dict[tuple[int, str, str], int]:
            now = self._clock.now()
            found: dict[tuple[int, str, str], int] = {}
            rows = []
            for value in values:
                key = (workshop_id, value.measure_id, value.region or "")
                found[key] = found.get(key) or self._series_ids.get(key) or await _series_id(connection, key)
                known = value.value is not None and value.taken_at is not None
                rows.append(
                    {
                        "series_id": found[key],
                        "at": value.taken_at if known else now,
                        "value": value.value,
                        "outcome": value.outcome.value,
                        "taken_at": value.taken_at,
                        "detail": value.detail,
                    }
                )
            await connection.execute(insert(readings), rows)
            return found

        self._series_ids.update(await self._database.write(write))

    async def series(
        self,
        workshop_id: int,
        measure_id: str,
        region: str | None,
        since: datetime | None = None,
        limit: int = _SERIES_LIMIT,
        *,
        until: datetime | None = None,
    ) -> tuple[MeasurePoint, ...]:
        """The newest `limit` points, oldest first. An unknown value stands at the time when it was recorded."""
        query = (
            select(readings.c.at, readings.c.value)
            .join(series)
            .where(
                series.c.workshop_id == workshop_id,
                series.c.measure_id == measure_id,
                series.c.region == (region or ""),
            )
            .order_by(readings.c.id.desc())
            .limit(limit)
        )
        if since is not None:
            query = query.where(readings.c.at >= since)
        if until is not None:
            query = query.where(readings.c.at <= until)

        async def read(connection: AsyncConnection) -> tuple[MeasurePoint, ...]:
            points = [MeasurePoint(row.at, row.value) for row in await connection.execute(query)]
            points.reverse()
            return tuple(sorted(points, key=lambda point: point.at))

        return await self._database.read(read)

    async def latest(self, workshop_id: int) -> tuple[MeasureValue, ...]:
        """The last recorded value of each measure and region."""
        inner = readings.alias()
        of_series = select(func.max(inner.c.id)).where(inner.c.series_id == series.c.id)
        newest = of_series.correlate(series).scalar_subquery()
        query = (
            select(readings, series.c.measure_id, series.c.region)
            .join_from(series, readings, readings.c.id == newest)
            .where(series.c.workshop_id == workshop_id)
            .order_by(series.c.id)
        )

        async def read(connection: AsyncConnection) -> tuple[MeasureValue, ...]:
            return tuple(_value(row) for row in await connection.execute(query))

        return await self._database.read(read)

    async def record_source(self, workshop_id: int, reading: Reading) -> None:
        """Keep that a source broke, broke otherwise or recovered; without its items, and only when that is new."""
        source, region = reading.source.kind, reading.source.region or ""
        error = reading.error
        now_is = (None, None) if error is None else (error.kind.value, clean(error.message))
        query = (
            select(source_changes.c.error_kind, source_changes.c.error_message)
            .where(
                source_changes.c.workshop_id == workshop_id,
                source_changes.c.source == source,
                source_changes.c.region == region,
            )
            .order_by(source_changes.c.id.desc())
            .limit(1)
        )

        async def write(connection: AsyncConnection) -> None:
            last = (await connection.execute(query)).one_or_none()
            if now_is == ((None, None) if last is None else tuple(last)):
                return
            await connection.execute(
                insert(source_changes).values(
                    workshop_id=workshop_id,
                    source=source,
                    region=region,
                    taken_at=reading.taken_at,
                    tried_at=reading.tried_at,
                    error_kind=now_is[0],
                    error_message=now_is[1],
                )
            )

        await self._database.write(write)

    async def source_changes(self, workshop_id: int, limit: int = 200) -> tuple[Reading, ...]:
        """When sources broke and recovered, newest first, as readings without items."""
        query = (
            select(source_changes)
            .where(source_changes.c.workshop_id == workshop_id)
            .order_by(source_changes.c.id.desc())
            .limit(limit)
        )

        async def read(connection: AsyncConnection) -> tuple[Reading, ...]:
            return tuple(_reading(row) for row in await connection.execute(query))

        return await self._database.read(read)


async def _series_id(connection: AsyncConnection, key: tuple[int, str, str]) -> int:
    workshop_id, measure_id, region = key
    found = await connection.scalar(
        select(series.c.id).where(
            series.c.workshop_id == workshop_id, series.c.measure_id == measure_id, series.c.region == region
        )
    )
    if found is not None:
        return int(found)
    done = await connection.execute(
        insert(series).values(workshop_id=workshop_id, measure_id=measure_id, region=region)
    )
    return inserted_id(done)


def _value(row: Row[Any]) -> MeasureValue:
    return MeasureValue(
        measure_id=row.measure_id,
        region=row.region or None,
        value=row.value,
        outcome=Outcome(row.outcome),
        taken_at=row.taken_at,
        detail=row.detail,
    )


def _reading(row: Row[Any]) -> Reading:
    error = None if row.error_kind is None else SourceError(ErrorKind(row.error_kind), row.error_message)
    return Reading(SourceKey(row.source, row.region or None), None, row.taken_at, error, row.tried_at)
