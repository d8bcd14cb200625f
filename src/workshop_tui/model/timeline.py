"""What the bar below a replay shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert or an incident on the bar."""

    at: datetime
    outcome: Outcome
    kind: str
    """`alert` or `incident`."""


@dataclass(frozen=True, slots=True)
class TimelineView:
    workshop: Workshop
    start: datetime
    end: datetime
    now: datetime
    playing: bool
    speed: int
    cues: tuple[tuple[str, datetime, datetime], ...]
    """Title, start and end of each part of the run of show."""
    marks: tuple[Mark, ...]
