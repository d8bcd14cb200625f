"""A time that a workshop could take place, as each zone's clocks show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ZoneHours:
    timezone: str
    """IANA name."""
    starts_at: datetime
    """In that zone."""
    ends_at: datetime
    comfort: float
    """1 within office hours, 0 in the night."""


@dataclass(frozen=True, slots=True)
class Slot:
    starts_at: datetime
    """Aware, in UTC."""
    duration: timedelta
    hours: tuple[ZoneHours, ...]
    score: float
    """0 to 1: mostly the comfort of the zone that it suits least; 0 when it is night or weekend for somebody."""
    notes: tuple[str, ...] = ()
    """Clock changes on the way and in the same week."""
