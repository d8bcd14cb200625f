"""Processor time that was used so far: it grows evenly between changes."""

from __future__ import annotations

from dataclasses import dataclass

BUSY_SHARE = 0.35
"""Of the requested processor time and memory that a running pod uses."""


@dataclass(slots=True, eq=False)
class CpuTime:
    settled_s: float
    """The moment up to which `used_core_s` counts."""
    used_core_s: float = 0.0
    millicores: int = 0
    """Requested by what runs now."""

    def core_seconds_at(self, now_s: float) -> float:
        return self.used_core_s + self.millicores / 1000 * BUSY_SHARE * (now_s - self.settled_s)

    def change(self, now_s: float, millicores: int) -> None:
        """So many more or less are asked for from now on."""
        self.used_core_s = self.core_seconds_at(now_s)
        self.settled_s = now_s
        self.millicores += millicores
