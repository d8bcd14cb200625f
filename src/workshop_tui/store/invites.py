"""The newest invite of each workshop."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.record import WrittenInvite
from workshop_tui.model.workshop import Workshop
from workshop_tui.store.database import Database
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import invites


class Invites:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def get(self, workshop_id: int) -> WrittenInvite | None:
        async def read(connection: AsyncConnection) -> WrittenInvite | None:
            return await _newest(connection, workshop_id)

        return await self._database.read(read)

    async def next_sequence(self, workshop_id: int, digest: str) -> int:
        """What an invite that says `digest` must carry: one more than the last, unless that said the same."""
        last = await self.get(workshop_id)
        if last is None:
            return 0
        return last.sequence if last.digest == digest else last.sequence + 1

    async def written(self, workshop: Workshop, sequence: int, digest: str, by: str) -> WrittenInvite:
        """The file is on disk. A sequence that is not newer than another window's is kept as that one's."""

        async def write(connection: AsyncConnection) -> WrittenInvite:
            last = await _newest(connection, workshop.id)
            values = {
                "sequence": max(sequence, last.sequence) if last else sequence,
                "digest": digest,
                "starts_at": workshop.starts_at,
                "ends_at": workshop.ends_at,
                "written_by": by,
                "written_at": self._clock.now(),
            }
            statement = insert(invites).values(workshop_id=workshop.id, **values)
            await connection.execute(statement.on_conflict_do_update(index_elements=["workshop_id"], set_=values))
            told = {"sequence": values["sequence"], "starts_at": workshop.starts_at.isoformat()}
            await self._journal.append(connection, workshop.id, by, "invite.written", workshop.id, after=told)
            newest = await _newest(connection, workshop.id)
            assert newest is not None  # noqa: S101  # it was stored two statements ago
            return newest

        return await self._database.write(write)


async def _newest(connection: AsyncConnection, workshop_id: int) -> WrittenInvite | None:
    row = (await connection.execute(select(invites).where(invites.c.workshop_id == workshop_id))).one_or_none()
    return None if row is None else _invite(row)


def _invite(row: Row[Any]) -> WrittenInvite:
    return WrittenInvite(row.sequence, row.digest, row.starts_at, row.ends_at, row.written_by, row.written_at)
