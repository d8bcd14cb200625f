"""What checks found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.outcome import Outcome
from workshop_tui.store.columns import json_text
from workshop_tui.store.database import Database
from workshop_tui.store.schema import results

_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode


class Results:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, workshop_id: int, found: Iterable[CheckResult]) -> None:
        rows = await asyncio.to_thread(result_rows, workshop_id, tuple(found))
        if not rows:
            return

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(insert(results), rows)

        await self._database.write(write)

    async def latest(self, workshop_id: int) -> dict[str, CheckResult]:
        """The last saved of each check, by check id."""
        newest = select(func.max(results.c.id)).where(results.c.workshop_id == workshop_id).group_by(results.c.check_id)

        async def read(connection: AsyncConnection) -> dict[str, CheckResult]:
            rows = await connection.execute(select(results).where(results.c.id.in_(newest)))
            return {row.check_id: as_result(row) for row in rows}

        return await self._database.read(read)

    async def history(self, workshop_id: int, check_id: str, limit: int = 50) -> tuple[CheckResult, ...]:
        """Newest first."""
        query = (
            select(results)
            .where(results.c.workshop_id == workshop_id, results.c.check_id == check_id)
            .order_by(results.c.id.desc())
            .limit(limit)
        )

        async def read(connection: AsyncConnection) -> tuple[CheckResult, ...]:
            return tuple(as_result(row) for row in await connection.execute(query))

        return await self._database.read(read)


def result_rows(workshop_id: int, found: Sequence[CheckResult]) -> list[dict[str, Any]]:
    """Takes 25 ms for a thousand findings, so it is kept out of the loop."""
    return [
        {
            "workshop_id": workshop_id,
            "check_id": result.check_id,
            "title": result.title,
            "outcome": result.outcome.value,
            "judged_at": result.judged_at,
            "duration_s": result.duration_s,
            "summary": result.summary,
            "findings": json_text(result.findings),
        }
        for result in found
    ]


def as_result(row: Row[Any]) -> CheckResult:
    return CheckResult(
        check_id=row.check_id,
        title=row.title,
        outcome=Outcome(row.outcome),
        findings=_decode_findings(row.findings),
        judged_at=row.judged_at,
        duration_s=row.duration_s,
        summary=row.summary,
    )
