"""One place that decides whether a reading may be judged, and says why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from workshop_tui.model.clock import Clock
from workshop_tui.model.duration import short
from workshop_tui.model.source import Reading, SourceKind

_AHEAD_S = 5.0
"""Real seconds that data may come from later than now: a clock is corrected by a little now and then."""


def stale_after(kind: SourceKind[Any], clock: Clock) -> timedelta:
    """The limit in the clock's time: a rehearsal that runs ten times faster ages its data ten times faster."""
    return timedelta(seconds=kind.stale_after_s * clock.speed)


def why_unusable(reading: Reading | None, kind: SourceKind[Any], clock: Clock, now: datetime) -> str | None:
    """None when the reading may be judged. A failed last try alone does not spoil items that are young enough."""
    if reading is None or (reading.taken_at is None and reading.error is None):
        return "no answer yet"
    if reading.taken_at is None:
        return str(reading.error)
    age = now - reading.taken_at
    if age < timedelta(seconds=-_AHEAD_S * clock.speed):
        return "the clock was set back since its last data"
    if age <= stale_after(kind, clock):
        return None
    reason = str(reading.error) if reading.error else "silent"
    return f"{reason}; last data {short(age)} old"
