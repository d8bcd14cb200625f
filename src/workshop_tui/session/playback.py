"""The time of a replay: it stands, runs at a speed, and jumps; never out of the recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

SPEEDS = (1, 2, 5, 10, 30, 60)


class Playback:
    def __init__(
        self, start: datetime, end: datetime, at: datetime, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.start = start
        self.end = end
        self.playing = False
        self.speed = SPEEDS[0]
        self._monotonic_s = monotonic_s
        self._at = start
        self._since_s = monotonic_s()
        self.jump(at)

    def now(self) -> datetime:
        if not self.playing:
            return self._at
        passed = timedelta(seconds=(self._monotonic_s() - self._since_s) * self.speed)
        return min(self.end, self._at + passed)

    @property
    def at_end(self) -> bool:
        return self.now() >= self.end

    def jump(self, at: datetime) -> None:
        self._at = min(self.end, max(self.start, at))
        self._since_s = self._monotonic_s()

    def play(self) -> None:
        """From the beginning where it stands at the end."""
        self.jump(self.start if self.at_end else self.now())
        self.playing = True

    def pause(self) -> None:
        self.jump(self.now())
        self.playing = False

    def faster(self, steps: int) -> None:
        """Negative is slower; at either end it stays."""
        at = self.now()
        place = SPEEDS.index(self.speed) + steps
        self.speed = SPEEDS[min(len(SPEEDS) - 1, max(0, place))]
        self.jump(at)
