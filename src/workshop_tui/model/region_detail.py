"""What stands behind the numbers of a region: its nodes and the workspaces on them, as they were at one time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from workshop_tui.model.outcome import Outcome

_FIRST = {Outcome.FAIL: 0, Outcome.WARN: 1, Outcome.UNKNOWN: 2}


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
    """Of its storage, its conditions and whether they could be read."""
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
    """The most urgent first, and of those the fullest."""
    workspaces: tuple[WorkspaceView, ...]
    """The most urgent first."""
    unknown: tuple[str, ...] = ()
    """What could not be read, with the reason, one line each."""

    def on_node(self, node: str) -> tuple[WorkspaceView, ...]:
        """The most urgent first."""
        return tuple(view for view in self.workspaces if view.node == node)

    def as_last_known(self, why: str) -> RegionDetail:
        """`why` nothing newer is known."""
        nodes, workspaces = map(unproven, self.nodes), map(unproven, self.workspaces)
        return replace(self, nodes=tuple(nodes), workspaces=tuple(workspaces), unknown=(why, *self.unknown))


View = TypeVar("View", NodeView, WorkspaceView)


def unproven(view: View) -> View:
    """What passed may be otherwise by now; what failed stays."""
    return replace(view, outcome=Outcome.UNKNOWN) if view.outcome is Outcome.PASS else view


def urgency(outcome: Outcome) -> int:
    """0 comes first: what fails, then warnings, then what cannot be known, then the rest."""
    return _FIRST.get(outcome, len(_FIRST))
