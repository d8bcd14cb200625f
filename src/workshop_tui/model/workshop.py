"""One session with its date, length and expected people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Workshop:
    id: int
    title: str
    starts_at: datetime
    """Aware, in UTC."""
    duration: timedelta
    expected_people: int
    timezone: str
    """IANA name of the zone that its times are shown in beside UTC."""
    created_at: datetime
    revision: int = 0

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.duration
