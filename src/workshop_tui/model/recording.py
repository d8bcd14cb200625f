"""What is recorded besides numbers, so that a replay can show a minute as it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.source import Reading, SourceKey


@dataclass(frozen=True, slots=True)
class SourceState:
    """A configured source as it stood: when it spoke last, why not since, and from which age on that is too old."""

    source: SourceKey
    title: str
    stale_after: timedelta
    taken_at: datetime | None
    tried_at: datetime | None
    error_kind: ErrorKind | None = None
    error_message: str = ""

    @property
    def reading(self) -> Reading:
        """Without its items."""
        error = None if self.error_kind is None else SourceError(self.error_kind, self.error_message)
        return Reading(self.source, None, self.taken_at, error, self.tried_at)


@dataclass(frozen=True, slots=True)
class PlatformFrame:
    """How well the platform was seen at one time."""

    health: tuple[RegionHealth, ...]
    sources: tuple[SourceState, ...]
    """In the order of the settings."""
    late_after: dict[str, timedelta] = field(default_factory=dict)
    """Measure id -> the age from which its value shows it."""
    step: timedelta = timedelta(seconds=5)
    """Between two points of the short series beside a value."""


@dataclass(frozen=True, slots=True)
class SeenValue:
    """A measure's value and when the control room knew it."""

    value: MeasureValue
    seen_at: datetime
