"""The time that the control room lives in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time, or in a rehearsal a time that started at `origin` and runs `speed` times faster."""

    origin: datetime | None = None
    """Wall time at which the rehearsal's clock showed `shown_at_origin`; None for plain wall time."""
    shown_at_origin: datetime | None = None
    speed: float = 1.0
    wall: Callable[[], datetime] = field(default=_wall, compare=False)

    def now(self) -> datetime:
        """Aware, in UTC."""
        wall_now = self.wall()
        if self.origin is None:
            return wall_now
        shown = self.shown_at_origin or self.origin
        return shown + (wall_now - self.origin) * self.speed
