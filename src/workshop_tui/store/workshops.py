"""Workshops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.model.workshop import Workshop
from workshop_tui.store.columns import clean
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import workshops


class Workshops:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def create(
        self, title: str, starts_at: datetime, duration: timedelta, expected_people: int, timezone: str, by: str
    ) -> Workshop:
        values: dict[str, Any] = {
            "title": clean(title),
            "starts_at": starts_at,
            "duration": duration,
            "expected_people": expected_people,
            "timezone": timezone,
        }

        async def write(connection: AsyncConnection) -> Workshop:
            done = await connection.execute(
                insert(workshops).values(**values, created_at=self._clock.now(), revision=0)
            )
            workshop = await _one(connection, inserted_id(done))
            await self._journal.append(
                connection, workshop.id, by, "workshop.created", workshop.id, after=_told(values)
            )
            return workshop

        return await self._database.write(write)

    async def all(self) -> tuple[Workshop, ...]:
        """By start, oldest first."""

        async def read(connection: AsyncConnection) -> tuple[Workshop, ...]:
            rows = await connection.execute(select(workshops).order_by(workshops.c.starts_at, workshops.c.id))
            return tuple(_workshop(row) for row in rows)

        return await self._database.read(read)

    async def get(self, id: int) -> Workshop | None:  # noqa: A002
        async def read(connection: AsyncConnection) -> Workshop | None:
            row = (await connection.execute(select(workshops).where(workshops.c.id == id))).one_or_none()
            return None if row is None else _workshop(row)

        return await self._database.read(read)

    async def current(self, now: datetime) -> Workshop | None:
        """The running one (the latest begun of several), else the next, else the most recent; None without any."""
        by_start = await self.all()
        running = [workshop for workshop in by_start if workshop.starts_at <= now < workshop.ends_at]
        coming = [workshop for workshop in by_start if workshop.starts_at > now]
        if running:
            return running[-1]
        if coming:
            return coming[0]
        return max(by_start, key=lambda workshop: workshop.ends_at, default=None)

    async def change(
        self,
        id: int,  # noqa: A002
        by: str,
        *,
        title: str | None = None,
        starts_at: datetime | None = None,
        duration: timedelta | None = None,
        expected_people: int | None = None,
        timezone: str | None = None,
    ) -> Workshop:
        """Only what is given and differs. Raises `StoreError` when there is no such workshop."""
        wanted: dict[str, Any] = {
            "title": None if title is None else clean(title),
            "starts_at": starts_at,
            "duration": duration,
            "expected_people": expected_people,
            "timezone": timezone,
        }

        async def write(connection: AsyncConnection) -> Workshop:
            workshop = await _one(connection, id)
            before = {name: getattr(workshop, name) for name in wanted}
            after = {name: value for name, value in wanted.items() if value is not None and value != before[name]}
            if not after:
                return workshop
            await connection.execute(
                update(workshops).where(workshops.c.id == id).values(**after, revision=workshop.revision + 1)
            )
            await self._journal.append(
                connection,
                id,
                by,
                "workshop.changed",
                id,
                before=_told({name: before[name] for name in after}),
                after=_told(after),
            )
            return await _one(connection, id)

        return await self._database.write(write)


async def _one(connection: AsyncConnection, workshop_id: int) -> Workshop:
    row = (await connection.execute(select(workshops).where(workshops.c.id == workshop_id))).one_or_none()
    if row is None:
        raise StoreError(f"there is no workshop {workshop_id}: choose one that the file holds")
    return _workshop(row)


def _workshop(row: Row[Any]) -> Workshop:
    return Workshop(
        id=row.id,
        title=row.title,
        starts_at=row.starts_at,
        duration=row.duration,
        expected_people=row.expected_people,
        timezone=row.timezone,
        created_at=row.created_at,
        revision=row.revision,
    )


def _told(values: dict[str, Any]) -> dict[str, object]:
    """As the journal tells it: times as ISO-8601, durations as `duration_s`."""
    told: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, timedelta):
            told[f"{name}_s"] = value.total_seconds()
        else:
            told[name] = value.isoformat() if isinstance(value, datetime) else value
    return told
