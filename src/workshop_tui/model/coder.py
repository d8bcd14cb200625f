"""What we read of Coder's API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    status: str
    """`connecting` `connected` `disconnected` `timeout`."""
    lifecycle: str = ""
    """e.g. `ready`, `start_error`."""
    first_connected_at: datetime | None = None
    ready_at: datetime | None = None
    """When its start-up script ended, well or not; Coder forgets it when the agent starts anew."""
    started_at: datetime | None = None
    """When that script began the last time."""

    @property
    def script_failed(self) -> bool:
        return self.lifecycle in SCRIPT_FAILED

    @property
    def restarted(self) -> bool:
        """Long after it first came: its times are then not those of the workspace's start."""
        first, last = self.first_connected_at, self.started_at
        return first is not None and last is not None and last - first > _SAME_START


PREBUILDS = "prebuilds"
"""The user that owns workspaces until somebody claims them."""
SCRIPT_FAILED = ("start_error", "start_timeout")
_SAME_START = timedelta(minutes=2)
"""An agent comes and begins its script at once; its clock and Coder's may differ by so much."""
STAGES = ("queue", "provisioning", "image, agent", "script")
"""Of a start. Image, agent: from the end of Terraform until the agent is connected."""


class StartTook(NamedTuple):
    """In seconds, from when it was asked for."""

    total_s: float
    stages_s: tuple[float, float, float, float]
    """As `STAGES` names them; 0 where a moment is missing or clocks disagree."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace with its latest build."""

    id: str
    name: str
    owner: str
    organization: str
    template: str
    status: str
    """Of the latest build: `pending starting running stopping stopped failed canceling canceled deleting deleted`."""
    transition: str
    """`start` `stop` `delete`."""
    build_number: int = 1
    created_at: datetime | None = None
    """When the latest build was asked for."""
    reason: str = ""
    """Why it was built: `initiator` (a person), `autostart`, `autostop` and newer ones."""
    ran_until: datetime | None = None
    """When the run before the latest build ended, if we saw it run or stop; None: it did not run, or nobody knows."""
    job_started_at: datetime | None = None
    job_completed_at: datetime | None = None
    job_error: str = ""
    queue_position: int = 0
    queue_size: int = 0
    region: str | None = None
    """Our region's name, when the pod, the template or a parameter tells; None when unknown."""
    healthy: bool | None = None
    deadline_at: datetime | None = None
    """When it stops by itself; None: never."""
    daily_cost: int | None = None
    """Credits of Coder's own quota that its latest build takes."""
    agents: tuple[Agent, ...] = ()
    """Without those that belong to another agent, as dev containers'."""
    prebuild: bool = False
    """Made ahead of need: nobody's until it is claimed."""

    ready_at: datetime | None = field(init=False, compare=False, repr=False)
    """When the last agent's start-up script ended; None until all have."""
    took: StartTook | None = field(init=False, compare=False, repr=False)
    """None until it is ready, where a script failed or an agent restarted, and where clocks disagree of the whole."""

    def __post_init__(self) -> None:
        """Worked out once: thousands of them are asked for it every few seconds."""
        ready_at = None
        for agent in self.agents:
            if agent.ready_at is None:
                ready_at = None
                break
            if ready_at is None or agent.ready_at > ready_at:
                ready_at = agent.ready_at
        object.__setattr__(self, "ready_at", ready_at)
        untold = ready_at is None or self.script_failed or self.restarted
        object.__setattr__(self, "took", None if untold else start_took(self, None))

    @property
    def script_failed(self) -> bool:
        return any(agent.script_failed for agent in self.agents)

    @property
    def restarted(self) -> bool:
        """An agent of it began anew long after it first came: how long the start took is not known any more."""
        return any(agent.restarted for agent in self.agents)


def start_took(workspace: Workspace, now: datetime | None) -> StartTook | None:
    """Of one that is not ready, the stage that goes on ends `now`; None where clocks disagree about the whole."""
    asked_at, began_at, built_at = workspace.created_at, workspace.job_started_at, workspace.job_completed_at
    ends_at = workspace.ready_at or now
    if asked_at is None or ends_at is None or ends_at < asked_at:
        return None
    status, connected_at = workspace.status, None
    for agent in workspace.agents:
        first = agent.first_connected_at
        if first is not None and (connected_at is None or first > connected_at):
            connected_at = first
    stages_s = (
        _seconds(asked_at, began_at or (now if status == "pending" else None)),
        _seconds(began_at, built_at or (now if status == "starting" else None)),
        _seconds(built_at, connected_at or (now if status == "running" else None)),
        _seconds(connected_at, ends_at),
    )
    return StartTook(_seconds(asked_at, ends_at), stages_s)


def _seconds(earlier: datetime | None, later: datetime | None) -> float:
    if earlier is None or later is None or later < earlier:
        return 0.0
    return (later - earlier).total_seconds()


@dataclass(frozen=True, slots=True)
class ProvisionerPool:
    """The provisioners of one organisation that may take the jobs of the workshop's templates, and what waits for them.

    They are as Coder sees them.
    """

    organization: str
    is_default: bool
    idle: int
    busy: int
    offline: int
    versions: tuple[str, ...] = ()
    """Of those that are connected."""
    pending_jobs: int = 0
    oldest_pending_at: datetime | None = None
    """None also where it is not known, since only the newest are listed."""
    pending_cut: bool = False
    """More may wait than are listed."""
    hidden: str = ""
    """Why our token sees nothing of this organisation; then no number here is known."""

    others: int = 0
    """Connected ones that may take none of those jobs."""
    nobody_for: tuple[str, ...] = ()
    """Templates whose jobs none of the connected ones may take, with the tags that they want."""
    unproven: str = ""
    """Why it is not known which may take those jobs: all are counted then, and those who may are at most so many."""

    @property
    def connected(self) -> int:
        return self.idle + self.busy

    @property
    def pending(self) -> str:
        """How many jobs wait, in words."""
        return f"at least {self.pending_jobs}" if self.pending_cut else str(self.pending_jobs)


@dataclass(frozen=True, slots=True)
class Proxy:
    name: str
    url: str
    wildcard: str
    healthy: bool
    status: str = ""
    """`ok` `unreachable` `unhealthy` `unregistered`; empty where the server does not say."""
    version: str = ""
    troubles: tuple[str, ...] = ()
    """Errors and warnings of its last report."""


@dataclass(frozen=True, slots=True)
class Proxies:
    server_version: str
    proxies: tuple[Proxy, ...]
