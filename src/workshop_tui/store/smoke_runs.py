"""What smoke tests found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import SmokeGap, SmokeRun
from workshop_tui.store.database import Database
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import smoke_runs


class SmokeRuns:
    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def add(self, workshop_id: int, run: SmokeRun) -> None:
        async def write(connection: AsyncConnection) -> None:
            values = {
                "region": run.region,
                "workspace": run.workspace,
                "ran_at": run.ran_at,
                "ran_by": run.ran_by,
                "stages": _rows(run),
                "error": run.error,
            }
            await connection.execute(insert(smoke_runs).values(workshop_id=workshop_id, **values))
            told = {"region": run.region, "error": run.error, "ready_s": round(run.ready_s, 1)}
            await self._journal.append(connection, workshop_id, run.ran_by, "smoke.ran", run.workspace, after=told)

        await self._database.write(write)

    async def latest(self, workshop_id: int) -> tuple[SmokeRun, ...]:
        """The newest of each region."""
        newest = (
            select(func.max(smoke_runs.c.id))
            .where(smoke_runs.c.workshop_id == workshop_id)
            .group_by(smoke_runs.c.region)
        )

        async def read(connection: AsyncConnection) -> tuple[SmokeRun, ...]:
            rows = await connection.execute(select(smoke_runs).where(smoke_runs.c.id.in_(newest)))
            return tuple(_run(row) for row in rows)

        return await self._database.read(read)


def _rows(run: SmokeRun) -> list[list[object]]:
    """(stage, seconds) of what was passed, (stage, null, outcome, reason) of what was not."""
    gaps: list[list[object]] = [[gap.stage, None, gap.outcome.value, gap.reason] for gap in run.gaps]
    return [*(list(stage) for stage in run.stages), *gaps]


def _run(row: Row[Any]) -> SmokeRun:
    return SmokeRun(
        row.region,
        row.workspace,
        row.ran_at,
        row.ran_by,
        tuple((str(stage[0]), float(stage[1])) for stage in row.stages if stage[1] is not None),
        row.error,
        tuple(SmokeGap(str(stage[0]), Outcome(stage[2]), str(stage[3])) for stage in row.stages if stage[1] is None),
    )
