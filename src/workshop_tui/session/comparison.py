"""What changed since the last signature, or else since the workshop before this one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workshop_tui.model.decision import Decision
from workshop_tui.model.finding import CheckResult
from workshop_tui.report.changes import Change, changes

if TYPE_CHECKING:
    from workshop_tui.session.record import WorkshopRecord


@dataclass(frozen=True, slots=True)
class Comparison:
    since: Decision | str
    """The signature that kept the earlier results, or the earlier workshop's title."""
    at: datetime
    changes: tuple[Change, ...]


async def compare(record: WorkshopRecord, results: Iterable[CheckResult]) -> Comparison | None:
    """None where there is nothing to compare with. Raises `StoreError`."""
    if record.decisions:
        last = record.decisions[-1]
        evidence = await record.store.decisions.evidence(last.id)
        if evidence is not None:
            before = {result.check_id: result for result in evidence.results}
            return Comparison(last, last.signed_at, changes(before, results))
    start = record.workshop.starts_at
    earlier = [workshop for workshop in await record.store.workshops.all() if workshop.starts_at < start]
    if not earlier:
        return None
    last_one = max(earlier, key=lambda workshop: workshop.starts_at)
    before = await record.store.results.latest(last_one.id)
    return Comparison(last_one.title, last_one.starts_at, changes(before, results)) if before else None
