"""How the rehearsal's time runs beside the wall's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from workshop_rehearsal.clock import Clock


class BackwardError(Exception):
    """The moment has passed; a rehearsal only moves forward."""


@dataclass(frozen=True, slots=True)
class Timing:
    started_at: datetime
    """Wall time at which the rehearsal's clock showed `shown_at`."""
    shown_at: datetime
    speed: float
    workshop_starts_at: datetime
    """In the rehearsal's time."""

    def clock(self) -> Clock:
        return Clock(self.started_at, self.shown_at, self.speed)

    def moved_to(self, moment: datetime, wall_now: datetime) -> Timing:
        """From `wall_now` on the clock shows `moment`. Raises `BackwardError` when it has passed."""
        shown_now = self.shown_at + (wall_now - self.started_at) * self.speed
        if moment < shown_now:
            raise BackwardError(f"the rehearsal is already past {moment.isoformat(timespec='seconds')}")
        return replace(self, started_at=wall_now, shown_at=moment)

    def document(self) -> dict[str, object]:
        return {
            "started_at": self.started_at.isoformat(),
            "shown_at": self.shown_at.isoformat(),
            "speed": self.speed,
            "workshop_starts_at": self.workshop_starts_at.isoformat(),
        }
