"""A quantity that grows evenly between changes, so that its value at any moment needs no steps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Usage:
    settled_bytes: float
    settled_s: float
    rate_bytes_per_s: int = 0
    """Whole bytes, so that sums and differences of rates stay exact."""

    def bytes_at(self, now_s: float) -> float:
        return self.settled_bytes + self.rate_bytes_per_s * (now_s - self.settled_s)

    def change(self, now_s: float, *, add_bytes: float = 0, add_rate_bytes_per_s: int = 0) -> None:
        self.settled_bytes = self.bytes_at(now_s) + add_bytes
        self.settled_s = now_s
        self.rate_bytes_per_s += add_rate_bytes_per_s

    def reaches_at(self, level_bytes: float, now_s: float) -> float | None:
        """The moment at which it reaches the level; None when it never will."""
        missing = level_bytes - self.bytes_at(now_s)
        if missing <= 0:
            return now_s
        return now_s + missing / self.rate_bytes_per_s if self.rate_bytes_per_s > 0 else None
