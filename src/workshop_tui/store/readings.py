"""Measured values over time, and when sources broke and recovered."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.measure import MeasurePoint, MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.recording import SeenValue
from workshop_tui.model.source import Reading
from workshop_tui.store.columns import UtcTime
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.schema import reading_words, readings, series, source_changes
from workshop_tui.store.source_changes import source_change

_STANDS_AT = type_coerce(
    case(
        (readings.c.value.is_(None) | readings.c.data_age.is_(None), readings.c.at),
        else_=readings.c.at - readings.c.data_age,
    ),
    UtcTime,
)
_SERIES_LIMIT = 2000
_SLICE = 300
"""So many rows are read before others get their turn: about 4 ms."""
_WORDS_KEPT = 20_000

Known = dict[tuple[object, ...], int]


class Readings:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ids: Known = {}
        """Of series and words that this window has stored."""

    async def record(self, workshop_id: int, values: Iterable[MeasureValue]) -> None:
        """Store the values as they are known now."""
        now = self._clock.now()
        seen = [SeenValue(value, now) for value in values]
        if not seen:
            return

        async def write(connection: AsyncConnection) -> Known:
            return await self.add(connection, workshop_id, seen)

        self.remember(await self._database.write(write))

    async def add(self, connection: AsyncConnection, workshop_id: int, values: Sequence[SeenValue]) -> Known:
        """Part of a transaction; when that is stored, `remember` what this returns."""
        found: Known = {}
        rows = []
        for seen in values:
            value = _finite(seen.value)
            taken_at = value.taken_at
            rows.append(
                {
                    "series_id": await self._series_id(connection, found, workshop_id, value),
                    "at": seen.seen_at,
                    "value": value.value,
                    "words_id": await self._words_id(connection, found, value),
                    "data_age": None if taken_at is None else seen.seen_at - taken_at,
                }
            )
        if rows:
            await connection.execute(insert(readings), rows)
        return found

    def remember(self, found: Known) -> None:
        if len(self._ids) > _WORDS_KEPT:
            self._ids.clear()
        self._ids.update(found)

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
        """The newest `limit` points, oldest first, each at the time of its data.

        An unknown value stands at the time when it was recorded.
        """
        query = (
            select(readings.c.at, readings.c.value, readings.c.data_age)
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
            query = query.where(since <= _STANDS_AT)
        if until is not None:
            query = query.where(until >= _STANDS_AT)

        async def read(connection: AsyncConnection) -> tuple[MeasurePoint, ...]:
            points: list[MeasurePoint] = []
            for number, row in enumerate(await connection.execute(query)):
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
                points.append(_point(row))
            points.reverse()
            return tuple(sorted(points, key=lambda point: point.at))

        return await self._database.read(read)

    async def latest(self, workshop_id: int) -> tuple[MeasureValue, ...]:
        """The last recorded value of each measure and region."""
        inner = readings.alias()
        of_series = select(func.max(inner.c.id)).where(inner.c.series_id == series.c.id)
        newest = of_series.correlate(series).scalar_subquery()
        query = (
            with_words()
            .join_from(series, readings, readings.c.id == newest)
            .join(reading_words)
            .where(series.c.workshop_id == workshop_id)
            .order_by(series.c.id)
        )

        async def read(connection: AsyncConnection) -> tuple[MeasureValue, ...]:
            return tuple(as_value(row) for row in await connection.execute(query))

        return await self._database.read(read)

    async def source_changes(self, workshop_id: int, limit: int = 200) -> tuple[Reading, ...]:
        """When sources broke and recovered, newest first, as readings without items."""
        query = (
            select(source_changes)
            .where(source_changes.c.workshop_id == workshop_id)
            .order_by(source_changes.c.id.desc())
            .limit(limit)
        )

        async def read(connection: AsyncConnection) -> tuple[Reading, ...]:
            return tuple(source_change(row) for row in await connection.execute(query))

        return await self._database.read(read)

    async def _series_id(self, connection: AsyncConnection, found: Known, workshop_id: int, value: MeasureValue) -> int:
        key = ("series", workshop_id, value.measure_id, value.region or "")
        if key not in found:
            found[key] = self._ids.get(key) or await _series_id(
                connection, workshop_id, value.measure_id, value.region or ""
            )
        return found[key]

    async def _words_id(self, connection: AsyncConnection, found: Known, value: MeasureValue) -> int:
        key = ("words", value.outcome, value.detail, value.people, value.people_of)
        if key not in found:
            found[key] = self._ids.get(key) or inserted_id(
                await connection.execute(
                    insert(reading_words).values(
                        outcome=value.outcome.value,
                        detail=value.detail,
                        people=list(value.people),
                        people_of=value.people_of,
                    )
                )
            )
        return found[key]


def with_words() -> Select[Any]:
    """What `as_value` needs; to be joined and narrowed."""
    return select(
        series.c.measure_id,
        series.c.region,
        readings.c.at,
        readings.c.value,
        readings.c.data_age,
        reading_words.c.outcome,
        reading_words.c.detail,
        reading_words.c.people,
        reading_words.c.people_of,
    )


def as_value(row: Row[Any]) -> MeasureValue:
    return MeasureValue(
        measure_id=row.measure_id,
        region=row.region or None,
        value=row.value,
        outcome=Outcome(row.outcome),
        taken_at=None if row.data_age is None else row.at - row.data_age,
        detail=row.detail,
        people=tuple(row.people),
        people_of=row.people_of,
    )


def _point(row: Any) -> MeasurePoint:  # noqa: ANN401  # a row of three columns
    known = row.value is not None and row.data_age is not None
    return MeasurePoint(row.at - row.data_age if known else row.at, row.value)


def _finite(value: MeasureValue) -> MeasureValue:
    """SQLite has no NaN, and what is not a number is not known."""
    if value.value is None or math.isfinite(value.value):
        return value
    outcome = Outcome.UNKNOWN if value.outcome in (Outcome.PASS, Outcome.WARN, Outcome.FAIL) else value.outcome
    return replace(value, value=None, outcome=outcome, detail=value.detail or "not a number")


async def _series_id(connection: AsyncConnection, workshop_id: int, measure_id: str, region: str) -> int:
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
