"""Go and No-Go, as people signed them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.decision import Decision, Evidence, Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.item import ItemState
from workshop_tui.store.columns import json_text
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import decision_evidence, decisions

_decode_results = msgspec.json.Decoder(tuple[CheckResult, ...]).decode
_decode_items = msgspec.json.Decoder(tuple[ItemState, ...]).decode
_NONE = Evidence()


class Decisions:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def sign(
        self,
        workshop_id: int,
        verdict: Verdict,
        computed: Verdict,
        blockers: Iterable[str],
        reason: str,
        by: str,
        checklist_time: timedelta | None,
        evidence: Evidence = _NONE,
    ) -> Decision:
        """With all its evidence, in one transaction."""
        values: dict[str, Any] = {
            "verdict": verdict.value,
            "computed": computed.value,
            "blockers": list(blockers),
            "reason": reason,
        }

        kept = await asyncio.to_thread(
            lambda: {"results": json_text(evidence.results), "items": json_text(evidence.items)}
        )

        async def write(connection: AsyncConnection) -> Decision:
            done = await connection.execute(
                insert(decisions).values(
                    workshop_id=workshop_id,
                    **values,
                    signed_by=by,
                    signed_at=self._clock.now(),
                    checklist_time=checklist_time,
                )
            )
            decision_id = inserted_id(done)
            await connection.execute(insert(decision_evidence).values(decision_id=decision_id, **kept))
            await self._journal.append(connection, workshop_id, by, "decision.signed", decision_id, after=values)
            row = (await connection.execute(select(decisions).where(decisions.c.id == decision_id))).one()
            return _decision(row)

        return await self._database.write(write)

    async def all(self, workshop_id: int) -> tuple[Decision, ...]:
        """Newest last."""
        query = select(decisions).where(decisions.c.workshop_id == workshop_id).order_by(decisions.c.id)

        async def read(connection: AsyncConnection) -> tuple[Decision, ...]:
            return tuple(_decision(row) for row in await connection.execute(query))

        return await self._database.read(read)

    async def evidence(self, decision_id: int) -> Evidence | None:
        """None for a decision that was signed before evidence was kept."""
        query = select(decision_evidence).where(decision_evidence.c.decision_id == decision_id)

        async def read(connection: AsyncConnection) -> Evidence | None:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else Evidence(_decode_results(row.results), _decode_items(row.items))

        return await self._database.read(read)


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        id=row.id,
        workshop_id=row.workshop_id,
        verdict=Verdict(row.verdict),
        computed=Verdict(row.computed),
        blockers=tuple(row.blockers),
        reason=row.reason,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        checklist_time=row.checklist_time,
    )
