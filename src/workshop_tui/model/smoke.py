"""A smoke test: a workspace is started in a region, looked at, and removed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.outcome import Outcome

MARKER = "wt-smoke-"
"""Every workspace that we make begins with it; nothing without it is ever removed."""

APP, COMMAND, REMOVAL, PODS = "app", "command", "removal", "pods"
START = ("queued", "provisioning", "agent", "script")
"""What a participant waits for."""
STAGES = (*START, APP, COMMAND, REMOVAL, PODS)
"""In their order. `app`: it answers through the wildcard; `command`: it ran inside; `pods`: none is left."""


@dataclass(frozen=True, slots=True)
class SmokeGap:
    """A stage that was not passed, and why."""

    stage: str
    outcome: Outcome
    """`FAIL`, `UNKNOWN`, or `NOT_APPLICABLE` where it is not configured."""
    reason: str


@dataclass(frozen=True, slots=True)
class SmokeRun:
    region: str
    workspace: str
    ran_at: datetime
    ran_by: str
    stages: tuple[tuple[str, float], ...] = ()
    """Those of `STAGES` that were passed, with seconds."""
    error: str = ""
    """Empty: nothing failed."""
    gaps: tuple[SmokeGap, ...] = ()

    @property
    def ready_s(self) -> float:
        """From asking to ready."""
        return sum(seconds for name, seconds in self.stages if name in START)

    @property
    def untold(self) -> tuple[str, ...]:
        """Stages of which it says nothing at all: an older version of this program asked for fewer."""
        told = {name for name, _ in self.stages} | {gap.stage for gap in self.gaps}
        return () if self.error else tuple(stage for stage in STAGES if stage not in told and stage not in START)


@dataclass(frozen=True, slots=True)
class SmokeProgress:
    """Where one region's smoke test stands while it runs."""

    region: str
    workspace: str
    stage: str
    """What it is in now; empty when it is over."""
    words: str
    stages: tuple[tuple[str, float], ...] = ()
    gaps: tuple[SmokeGap, ...] = ()
    error: str = ""


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

    @property
    def is_smoke(self) -> bool:
        """A workspace that a smoke test started: the only kind that is cleaned without a person looking at it."""
        return self.target.startswith(f"workspace {MARKER}")
