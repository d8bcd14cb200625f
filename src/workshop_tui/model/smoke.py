"""A smoke test: a workspace is started in a region, looked at, and removed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MARKER = "wt-smoke-"
"""Every workspace that we make begins with it; nothing without it is ever removed."""


@dataclass(frozen=True, slots=True)
class SmokeRun:
    region: str
    workspace: str
    ran_at: datetime
    ran_by: str
    stages: tuple[tuple[str, float], ...] = ()
    """(`queued`, `provisioning`, `agent`, `script`, `app`, `removal`) with seconds, as far as it came."""
    error: str = ""
    """Empty: it passed."""

    @property
    def ready_s(self) -> float:
        """From asking to ready."""
        return sum(seconds for name, seconds in self.stages if name in ("queued", "provisioning", "agent", "script"))


@dataclass(frozen=True, slots=True)
class PlatformChange:
    """Something that we changed on the platform, recorded before it was done."""

    id: int
    target: str
    """e.g. `workspace wt-smoke-1f2e3d4c`."""
    effect: str
    undo: str
    """How a person undoes it by hand."""
    by: str
    planned_at: datetime
    done_at: datetime | None = None
    undone_at: datetime | None = None
