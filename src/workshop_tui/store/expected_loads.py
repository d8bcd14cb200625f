"""The attendance that was expected, kept for the comparison afterwards."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.record import KeptLoad
from workshop_tui.model.registration import ExpectedAttendance
from workshop_tui.store.database import Database
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import expected_loads


class ExpectedLoads:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def keep(self, workshop_id: int, attendance: ExpectedAttendance, by: str) -> None:
        """The earlier ones stay."""
        values = asdict(attendance)

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(
                insert(expected_loads).values(workshop_id=workshop_id, **values, kept_by=by, kept_at=self._clock.now())
            )
            await self._journal.append(connection, workshop_id, by, "load.kept", workshop_id, after=values)

        await self._database.write(write)

    async def newest(self, workshop_id: int) -> KeptLoad | None:
        query = (
            select(expected_loads)
            .where(expected_loads.c.workshop_id == workshop_id)
            .order_by(expected_loads.c.id.desc())
            .limit(1)
        )

        async def read(connection: AsyncConnection) -> KeptLoad | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            attendance = ExpectedAttendance(row.registered_count, row.lowest, row.likely, row.highest, row.basis)
            return KeptLoad(attendance, row.kept_by, row.kept_at)

        return await self._database.read(read)
