"""How a judged subject stands."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """Missing, stale, timed-out or forbidden data is always `UNKNOWN`, never `PASS`."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"

    @property
    def needs_eyes(self) -> bool:
        return self in (Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN)


_WORST_FIRST = (
    Outcome.FAIL,
    Outcome.UNKNOWN,
    Outcome.WARN,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)


def badness(outcome: Outcome) -> int:
    """0 is the worst: `fail`, then `unknown`, `warn`, `waived`, `pass`, `not-applicable`."""
    return _WORST_FIRST.index(outcome)


def worst(outcomes: Iterable[Outcome], *, empty: Outcome = Outcome.UNKNOWN) -> Outcome:
    """The worst of several; `empty` when there is none, since no finding is not a pass."""
    return min(outcomes, key=badness, default=empty)
