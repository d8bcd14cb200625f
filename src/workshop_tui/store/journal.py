"""The append-only journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.journal import JournalEntry
from workshop_tui.store.columns import clean, clean_tree
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.schema import journal

_PAGE = 200


class Journal:
    """Entries count up in the order in which they were stored, whoever stored them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.window = uuid4().hex
        """Marks the entries that this open store writes."""

    async def since(self, id: int, workshop_id: int | None = None) -> tuple[JournalEntry, ...]:  # noqa: A002
        """All entries after `id`, of one workshop or of all; oldest first."""
        wanted = [] if workshop_id is None else [journal.c.workshop_id == workshop_id]

        async def read(connection: AsyncConnection) -> tuple[JournalEntry, ...]:
            entries: list[JournalEntry] = []
            last_id = id
            while True:
                page = await entries_after(connection, last_id, *wanted)
                entries.extend(page)
                if len(page) < _PAGE:
                    return tuple(entries)
                last_id = page[-1].id

        return await self._database.read(read)

    async def last_id(self) -> int:
        """0 while there is none."""

        async def read(connection: AsyncConnection) -> int:
            return int(await connection.scalar(select(func.coalesce(func.max(journal.c.id), 0))) or 0)

        return await self._database.read(read)

    async def of_other_windows(self, after_id: int) -> tuple[JournalEntry, ...]:
        """At most a page of what other open stores wrote after `after_id`; oldest first."""

        async def read(connection: AsyncConnection) -> tuple[JournalEntry, ...]:
            return await entries_after(connection, after_id, journal.c.window != self.window)

        return await self._database.read(read)

    async def append(
        self,
        connection: AsyncConnection,
        workshop_id: int | None,
        by: str,
        kind: str,
        subject: str | int,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        undoes: int | None = None,
    ) -> JournalEntry:
        """Add an entry to the transaction that changes what it tells about."""
        entry = JournalEntry(
            id=0,
            workshop_id=workshop_id,
            at=self._clock.now(),
            by=clean(by),
            kind=kind,
            subject=str(subject),
            before={name: clean_tree(value) for name, value in (before or {}).items()},
            after={name: clean_tree(value) for name, value in (after or {}).items()},
            undoes=undoes,
        )
        done = await connection.execute(
            insert(journal).values(
                workshop_id=entry.workshop_id,
                at=entry.at,
                by=entry.by,
                kind=entry.kind,
                subject=entry.subject,
                before=entry.before,
                after=entry.after,
                undoes=entry.undoes,
                window=self.window,
            )
        )
        return replace(entry, id=inserted_id(done))

    async def note(
        self, workshop_id: int | None, by: str, kind: str, subject: str | int, after: Mapping[str, object]
    ) -> JournalEntry:
        """Tell of something that is not in this file; on disk when it returns."""

        async def write(connection: AsyncConnection) -> JournalEntry:
            return await self.append(connection, workshop_id, by, kind, subject, after=after)

        return await self._database.write(write)


async def entries_after(
    connection: AsyncConnection, last_id: int, *wanted: ColumnElement[bool]
) -> tuple[JournalEntry, ...]:
    """A page of entries, oldest first."""
    query = select(journal).where(journal.c.id > last_id, *wanted).order_by(journal.c.id).limit(_PAGE)
    return tuple(as_entry(row) for row in await connection.execute(query))


def as_entry(row: Row[Any]) -> JournalEntry:
    return JournalEntry(
        id=row.id,
        workshop_id=row.workshop_id,
        at=row.at,
        by=row.by,
        kind=row.kind,
        subject=row.subject,
        before=row.before,
        after=row.after,
        undoes=row.undoes,
    )
