"""What other machines' clocks show beside ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteClock:
    name: str
    """e.g. `Coder`."""
    region: str | None = None
    ahead_s: float | None = None
    """Of this machine's wall clock; None: it does not tell, or could not be asked."""
    unsure_s: float = 0.0
    """How far off `ahead_s` may be: half of the answer's time, and the half second that the header leaves out."""
    error: str = ""
    """Why it could not be asked."""
