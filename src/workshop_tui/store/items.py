"""The hand-made part of checklist items, and undo."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.journal import JournalEntry
from workshop_tui.store.columns import clean
from workshop_tui.store.database import Database
from workshop_tui.store.journal import Journal, as_entry
from workshop_tui.store.merge import Version, merge
from workshop_tui.store.schema import items
from workshop_tui.store.schema import journal as entries

_CHANGED = "item.changed"
_UNDONE = "item.undone"
_LAPSED = "item.lapsed"
PROGRAM = "workshop-tui"
"""Who acts when nobody does."""
_HISTORY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class UndoneChange(JournalEntry):
    """An undo, with what it could not give back."""

    left: tuple[str, ...] = ()
    """Names of the fields that somebody changed since; they stay as they are."""


class Items:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def load(self, workshop_id: int) -> dict[str, ItemState]:
        """By item id; an item that nobody touched is not there."""

        async def read(connection: AsyncConnection) -> dict[str, ItemState]:
            rows = await connection.execute(select(items).where(items.c.workshop_id == workshop_id))
            return {row.item_id: _state(row) for row in rows}

        return await self._database.read(read)

    async def change(
        self,
        workshop_id: int,
        item_id: str,
        by: str,
        *,
        status: ItemStatus | None = None,
        reason: str | None = None,
        owner: str | None = None,
        note: str | None = None,
        base_note: str | None = None,
    ) -> ItemState:
        """Only the fields that are given, each by itself.

        `base_note` is the note that the person began from: one written meanwhile is merged with theirs. Without it
        the note is replaced. Raises `StoreError` when there is no such workshop.
        """
        given = {"status": status, "reason": reason, "owner": owner, "note": note}
        wanted = {name: clean(value) for name, value in given.items() if value is not None}

        async def write(connection: AsyncConnection) -> ItemState:
            state = await _load(connection, workshop_id, item_id)
            after = dict(wanted)
            if "note" in after and base_note is not None and clean(base_note) != state.note:
                stored = await _note_version(connection, workshop_id, state)
                written = Version(after["note"], clean(by), self._clock.now())
                after["note"] = await asyncio.to_thread(merge, clean(base_note), stored, written)
            before, after = _differing(state, after)
            if not after:
                return state
            await self._journal.append(connection, workshop_id, by, _CHANGED, item_id, before=before, after=after)
            return await self._store(connection, workshop_id, state, after, by)

        return await self._database.write(write)

    async def undo(self, workshop_id: int, by: str) -> UndoneChange | None:
        """Undo the newest change not yet undone that was made in this window, or by this person in any.

        Again and again it walks further back. Fields that somebody changed since stay as they are and are named in
        `left`. None when nothing is left to undo.
        """

        async def write(connection: AsyncConnection) -> UndoneChange | None:
            undone = await self._newest_change(connection, workshop_id, by)
            if undone is None:
                return None
            state = await _load(connection, workshop_id, undone.subject)
            left = tuple(name for name, value in undone.after.items() if getattr(state, name) != value)
            back = {name: str(value) for name, value in undone.before.items() if name not in left}
            before, after = _differing(state, back)
            entry = await self._journal.append(
                connection, workshop_id, by, _UNDONE, undone.subject, before=before, after=after, undoes=undone.id
            )
            if after:
                await self._store(connection, workshop_id, state, after, by)
            return UndoneChange(**{part.name: getattr(entry, part.name) for part in fields(entry)}, left=left)

        return await self._database.write(write)

    async def lapse(self, workshop_id: int, item_id: str, revision: int) -> ItemState:
        """Open an overridden item again, unless somebody changed it since `revision`. No undo brings it back."""

        async def write(connection: AsyncConnection) -> ItemState:
            state = await _load(connection, workshop_id, item_id)
            before, after = _differing(state, {"status": ItemStatus.OPEN, "reason": ""})
            if state.revision != revision or not after:
                return state
            await self._journal.append(connection, workshop_id, PROGRAM, _LAPSED, item_id, before=before, after=after)
            return await self._store(connection, workshop_id, state, after, PROGRAM)

        return await self._database.write(write)

    async def history(self, workshop_id: int, item_id: str) -> tuple[JournalEntry, ...]:
        """Changes and undos of an item, newest first; at most 200."""

        async def read(connection: AsyncConnection) -> tuple[JournalEntry, ...]:
            return await _history(connection, workshop_id, item_id)

        return await self._database.read(read)

    async def _newest_change(self, connection: AsyncConnection, workshop_id: int, by: str) -> JournalEntry | None:
        undos = entries.alias()
        query = (
            select(entries)
            .where(
                entries.c.workshop_id == workshop_id,
                entries.c.kind == _CHANGED,
                or_(entries.c.window == self._journal.window, entries.c.by == by),
                ~select(undos.c.id).where(undos.c.undoes == entries.c.id).exists(),
            )
            .order_by(entries.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else as_entry(row)

    async def _store(
        self, connection: AsyncConnection, workshop_id: int, state: ItemState, after: dict[str, str], by: str
    ) -> ItemState:
        signed: dict[str, Any] = {
            "changed_by": clean(by),
            "changed_at": self._clock.now(),
            "revision": state.revision + 1,
        }
        changes: dict[str, Any] = {**after, **signed}
        if "status" in after:
            changes["status"] = ItemStatus(after["status"])
        new = replace(state, **changes)
        if state.revision:
            mine = (items.c.workshop_id == workshop_id) & (items.c.item_id == state.item_id)
            await connection.execute(update(items).where(mine).values(**after, **signed))
        else:
            first = {part.name: getattr(new, part.name) for part in fields(new)}
            await connection.execute(insert(items).values(workshop_id=workshop_id, **first))
        return new


async def _load(connection: AsyncConnection, workshop_id: int, item_id: str) -> ItemState:
    query = select(items).where(items.c.workshop_id == workshop_id, items.c.item_id == item_id)
    row = (await connection.execute(query)).one_or_none()
    return ItemState(item_id) if row is None else _state(row)


async def _history(connection: AsyncConnection, workshop_id: int, item_id: str) -> tuple[JournalEntry, ...]:
    query = (
        select(entries)
        .where(
            entries.c.workshop_id == workshop_id,
            entries.c.subject == item_id,
            entries.c.kind.in_((_CHANGED, _UNDONE, _LAPSED)),
        )
        .order_by(entries.c.id.desc())
        .limit(_HISTORY_LIMIT)
    )
    return tuple(as_entry(row) for row in await connection.execute(query))


async def _note_version(connection: AsyncConnection, workshop_id: int, state: ItemState) -> Version:
    by, at = state.changed_by, state.changed_at
    for entry in await _history(connection, workshop_id, state.item_id):
        if "note" in entry.after:
            by, at = entry.by, entry.at
            break
    return Version(state.note, by, at)


def _differing(state: ItemState, wanted: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is wanted and differs from the state: as it is, and as it shall be."""
    after = {name: value for name, value in wanted.items() if getattr(state, name) != value}
    return {name: str(getattr(state, name)) for name in after}, after


def _state(row: Row[Any]) -> ItemState:
    changed_at: datetime = row.changed_at
    return ItemState(
        item_id=row.item_id,
        status=ItemStatus(row.status),
        reason=row.reason,
        owner=row.owner,
        note=row.note,
        changed_by=row.changed_by,
        changed_at=changed_at,
        revision=row.revision,
    )
