"""What stands behind the numbers of a region: its nodes and the workspaces on them, as they were at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_tui.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class NodeView:
    name: str
    pool: str
    ready: bool | None
    disk_pressure: bool | None
    unschedulable: bool
    capacity_bytes: int | None
    available_bytes: int | None
    """None: the node does not tell."""
    measured_at: datetime | None
    full_in: timedelta | None
    """At the slope of the last ten minutes; None: it does not fill, or too little is known."""
    outcome: Outcome
    """Of its storage."""
    workspace_count: int
    cpu_requested_cores: float
    cpu_cores: float | None
    memory_requested_bytes: float
    memory_bytes: float | None

    @property
    def used_share(self) -> float | None:
        if self.capacity_bytes is None or self.available_bytes is None or self.capacity_bytes <= 0:
            return None
        return 1 - self.available_bytes / self.capacity_bytes


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """A workspace as its pod and Coder show it; either may be missing."""

    owner: str
    name: str
    node: str
    """Empty: on none."""
    namespace: str
    pod: str
    """The pod's name; empty: it has none."""
    template: str
    state: str
    """`ready` `starting` `queued` `failed` `evicted` `restarted` `disconnected` `stopped`, or the platform's word."""
    outcome: Outcome
    since: datetime | None
    """When it came into this state, as far as it is known."""
    restarts: int = 0
    reason: str = ""
    """Why it is not ready, in the platform's words."""
    storage_used_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RegionDetail:
    region: str
    taken_at: datetime | None
    """When the older of its sources was true; None: nothing is known."""
    nodes: tuple[NodeView, ...]
    """The fullest first; those that do not tell come last."""
    workspaces: tuple[WorkspaceView, ...]
    """The worst first."""
    unknown: tuple[str, ...] = ()
    """What could not be read, with the reason, one line each."""

    def on_node(self, node: str) -> tuple[WorkspaceView, ...]:
        """The worst first."""
        return tuple(view for view in self.workspaces if view.node == node)
