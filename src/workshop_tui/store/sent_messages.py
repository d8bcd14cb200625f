"""Messages that people said they sent."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.record import SentMessage
from workshop_tui.model.workshop import Workshop
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import sent_messages


class SentMessages:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def add(self, workshop: Workshop, name: str, text: str, by: str) -> SentMessage:
        """A person sent it just now, and says so."""

        async def write(connection: AsyncConnection) -> SentMessage:
            done = await connection.execute(
                insert(sent_messages).values(
                    workshop_id=workshop.id,
                    name=name,
                    text=text,
                    starts_at=workshop.starts_at,
                    sent_by=by,
                    sent_at=self._clock.now(),
                )
            )
            message_id = inserted_id(done)
            told = {"id": message_id, "starts_at": workshop.starts_at.isoformat()}
            await self._journal.append(connection, workshop.id, by, "message.sent", name, after=told)
            query = select(sent_messages).where(sent_messages.c.id == message_id)
            row = (await connection.execute(query)).one()
            return SentMessage(row.name, row.text, row.starts_at, row.sent_by, row.sent_at)

        return await self._database.write(write)

    async def all(self, workshop_id: int) -> tuple[SentMessage, ...]:
        """Newest last."""
        query = select(sent_messages).where(sent_messages.c.workshop_id == workshop_id).order_by(sent_messages.c.id)

        async def read(connection: AsyncConnection) -> tuple[SentMessage, ...]:
            rows = await connection.execute(query)
            return tuple(SentMessage(row.name, row.text, row.starts_at, row.sent_by, row.sent_at) for row in rows)

        return await self._database.read(read)
