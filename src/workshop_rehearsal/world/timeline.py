"""Simulated time: actions in order of their moment, whatever the steps in which it advances."""

from __future__ import annotations

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Timeline:
    """All moments are seconds after the workshop's start."""

    def __init__(self, start_s: float) -> None:
        self.now_s = start_s
        self.heading_s = start_s
        """Where time goes at present: nobody can look before that."""
        self._order = 0
        self._agenda: list[tuple[float, int, Action]] = []

    def at(self, moment_s: float, action: Action) -> None:
        """A moment that has passed means now. Equal moments keep the order in which they were asked for."""
        self._order += 1
        heapq.heappush(self._agenda, (max(moment_s, self.now_s), self._order, action))

    def after(self, delay_s: float, action: Action) -> None:
        self.at(self.now_s + delay_s, action)

    def advance(self, to_s: float) -> None:
        """Never goes back: an earlier moment changes nothing."""
        self.heading_s = max(self.now_s, to_s)
        while self._agenda and self._agenda[0][0] <= to_s:
            self.now_s, _, action = heapq.heappop(self._agenda)
            action()
        self.now_s = max(self.now_s, to_s)
