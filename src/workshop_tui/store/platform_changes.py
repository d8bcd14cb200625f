"""What we changed on the platform: recorded before it is done, so that a crash leaves nothing behind unknown."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import platform_changes


class PlatformChanges:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def plan(self, workshop_id: int | None, target: str, effect: str, undo: str, by: str) -> int:
        """Its id; on disk, with its journal entry, before anything is changed."""

        async def write(connection: AsyncConnection) -> int:
            said = {"target": target, "effect": effect, "undo": undo}
            done = await connection.execute(
                insert(platform_changes).values(
                    workshop_id=workshop_id, **said, by=by, planned_at=self._clock.now(), done_at=None, undone_at=None
                )
            )
            change_id = inserted_id(done)
            await self._journal.append(connection, workshop_id, by, "change.planned", change_id, after=dict(said))
            return change_id

        return await self._database.write(write)

    async def done(self, change_id: int) -> None:
        await self._mark(change_id, "change.done", "done_at")

    async def undone(self, change_id: int) -> None:
        await self._mark(change_id, "change.undone", "undone_at")

    async def left(self) -> tuple[PlatformChange, ...]:
        """Those that are not undone, oldest first; one that was only planned may have been done all the same."""
        query = select(platform_changes).where(platform_changes.c.undone_at.is_(None)).order_by(platform_changes.c.id)

        async def read(connection: AsyncConnection) -> tuple[PlatformChange, ...]:
            return tuple(
                PlatformChange(
                    row.id, row.target, row.effect, row.undo, row.by, row.planned_at, row.done_at, row.undone_at
                )
                for row in await connection.execute(query)
            )

        return await self._database.read(read)

    async def _mark(self, change_id: int, kind: str, column: str) -> None:
        async def write(connection: AsyncConnection) -> None:
            row = (await connection.execute(select(platform_changes).where(platform_changes.c.id == change_id))).one()
            await connection.execute(
                update(platform_changes).where(platform_changes.c.id == change_id).values({column: self._clock.now()})
            )
            told = {"target": row.target}
            await self._journal.append(connection, row.workshop_id, row.by, kind, change_id, after=told)

        await self._database.write(write)
