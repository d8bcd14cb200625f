"""What the live room warns of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.outcome import Outcome, badness


@dataclass(frozen=True, slots=True)
class AlertKey:
    """One alert at a time for each measure and region."""

    measure_id: str
    region: str | None = None

    def __str__(self) -> str:
        return f"{self.measure_id}@{self.region}" if self.region else self.measure_id


@dataclass(frozen=True, slots=True)
class AlertState:
    """What is to be said of one measure in one region at one time."""

    key: AlertKey
    outcome: Outcome
    """`warn` or `fail`."""
    title: str
    """The measure's title."""
    message: str
    people: tuple[str, ...]
    people_of: int
    case_id: str
    at: datetime
    taken_at: datetime | None
    last_step: bool = False
    """The value has reached the measure's last step of alarm."""


@dataclass(frozen=True, slots=True)
class Alert:
    """From when a measure was bad for long enough until it was good for long enough."""

    id: int
    """Of the store; rises with time."""
    key: AlertKey
    outcome: Outcome
    """`warn` or `fail`: the worst it reached while it was open."""
    title: str
    """The measure's title."""
    message: str
    """What was wrong when it was last looked at, e.g. "91 % · ip-10-0-1-7 full in 14 min"."""
    people: tuple[str, ...]
    """Whom it hits, as the platform names them; empty where nobody can be named."""
    people_of: int
    """Of how many; 0 where that is not known."""
    case_id: str
    """The runbook case to open; empty when none fits."""
    raised_at: datetime
    taken_at: datetime | None
    """When the data that raised it was true: `raised_at` less this is our delay."""
    cleared_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    word: str = ""
    """What was said when it was acknowledged."""
    incident_id: int | None = None
    """The incident that was opened from it."""
    last_step: bool = False
    """It reached the measure's last step of alarm while it was open."""

    @property
    def open(self) -> bool:
        return self.cleared_at is None


def urgency(alert: Alert) -> tuple[int, bool, int, datetime]:
    """Sorts to the front what needs eyes first: the worst, then most people, then the oldest."""
    return badness(alert.outcome), not alert.last_step, -len(alert.people), alert.raised_at


def is_worse(now: AlertState | Alert, before: AlertState | Alert) -> bool:
    """So much that it asks for eyes again, whoever has acknowledged it."""
    return badness(now.outcome) < badness(before.outcome) or (now.last_step and not before.last_step)
