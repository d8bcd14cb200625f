"""Observations counted by size, as exporters keep them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence


class Histogram:
    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        """Upper ones, rising; what is above the last is counted too."""
        self._counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        return sum(self._counts)

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """Bounds as text, the last `+Inf`, and how many are not above them."""
        reached = 0
        for bound, count in zip((*map(_text, self.bounds), "+Inf"), self._counts, strict=True):
            reached += count
            yield bound, reached


def _text(bound: float) -> str:
    return f"{bound:g}"
