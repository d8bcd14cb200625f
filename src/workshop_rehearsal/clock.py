"""The time that the simulated platform shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time that showed `shown_at` when the wall's was `started_at`, and runs `speed` times faster."""

    started_at: datetime
    shown_at: datetime
    speed: float = 1.0
    wall: Callable[[], datetime] = field(default=_wall, compare=False)

    def now(self) -> datetime:
        """Aware, in UTC."""
        return self.shown_at + (self.wall() - self.started_at) * self.speed
