"""What changed between two runs of the checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome, badness


class ChangeKind(StrEnum):
    WORSE = "worse"
    BETTER = "better"
    NEW = "new"
    """It was not run before."""


@dataclass(frozen=True, slots=True)
class Change:
    check_id: str
    title: str
    kind: ChangeKind
    before: Outcome | None
    after: Outcome
    summary: str


def changes(before: Mapping[str, CheckResult], after: Iterable[CheckResult]) -> tuple[Change, ...]:
    """Worse first; a check that says the same again is left out, and so is a new one that is fine."""
    found = []
    for result in after:
        earlier = before.get(result.check_id)
        if earlier is None:
            if result.outcome.needs_eyes:
                found.append(_change(result, None, ChangeKind.NEW))
        elif earlier.outcome is not result.outcome:
            worse = result.outcome.needs_eyes and badness(result.outcome) < badness(earlier.outcome)
            found.append(_change(result, earlier.outcome, ChangeKind.WORSE if worse else ChangeKind.BETTER))
    order = list(ChangeKind)
    return tuple(sorted(found, key=lambda change: (order.index(change.kind), badness(change.after), change.check_id)))


def _change(result: CheckResult, before: Outcome | None, kind: ChangeKind) -> Change:
    return Change(result.check_id, result.title, kind, before, result.outcome, result.summary)
