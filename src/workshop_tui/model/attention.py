"""What the status strip is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.decision import Decision, Verdict
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop


@dataclass(frozen=True, slots=True)
class RegionHealth:
    """How well we see a region, not how well it is."""

    name: str
    failing: tuple[str, ...]
    """Titles of the sources that do not answer, or are too old."""
    total: int
    """How many sources the region has."""
    oldest_at: datetime | None
    """When the oldest data that the grid judges it by was true; None when one of these sources never answered."""
    reason: str = ""
    """Why the first of the failing ones fails."""

    @property
    def blind(self) -> bool:
        return self.total > 0 and len(self.failing) == self.total


@dataclass(frozen=True, slots=True)
class LookHere:
    """The one thing that most needs eyes."""

    outcome: Outcome
    subject: str
    message: str
    room: str
    """The room that shows it."""
    key: str = ""
    """The row in that room; empty for the room itself."""


@dataclass(frozen=True, slots=True)
class StripView:
    now: datetime
    workshop: Workshop | None
    mode: str
    """`REHEARSAL`, `REPLAY`, or empty."""
    verdict: Verdict | None
    blocker_count: int
    open_item_count: int
    """Lines before the workshop that a person has not settled."""
    decision: Decision | None
    """The newest signed one; None while nobody decided."""
    regions: tuple[RegionHealth, ...]
    open_incident_count: int
    look_here: LookHere | None
    trouble: str = ""
    changes_left_count: int = 0
    """Changes of the platform that are not undone."""
    recorded_by: str = ""
    """Who else records what is seen here; empty while this window does."""
    open_alert_count: int = 0
