"""What was typed into a dialog and not given yet, so that a crash does not lose it."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.store.database import Database
from workshop_tui.store.schema import drafts


class Drafts:
    """One text for each place; not part of the journal, since nobody has said it yet."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(self, place: str, text: str) -> None:
        """An empty text forgets the draft."""

        async def write(connection: AsyncConnection) -> None:
            if not text:
                await connection.execute(delete(drafts).where(drafts.c.place == place))
                return
            values = {"text": text, "changed_at": self._clock.now()}
            statement = insert(drafts).values(place=place, **values)
            await connection.execute(statement.on_conflict_do_update(index_elements=["place"], set_=values))

        await self._database.write(write)

    async def all(self) -> dict[str, str]:
        """Place -> text."""

        async def read(connection: AsyncConnection) -> dict[str, str]:
            return {row.place: row.text for row in await connection.execute(select(drafts))}

        return await self._database.read(read)
