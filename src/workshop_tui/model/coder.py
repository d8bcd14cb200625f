"""What we read of Coder's API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    status: str
    """`connecting` `connected` `disconnected` `timeout`."""
    lifecycle: str = ""
    """e.g. `ready`, `start_error`."""
    first_connected_at: datetime | None = None
    ready_at: datetime | None = None


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

    @property
    def ready_at(self) -> datetime | None:
        """When the last agent became ready; None until all are."""
        times = [agent.ready_at for agent in self.agents]
        if not times or any(time is None for time in times):
            return None
        return max(time for time in times if time is not None)


@dataclass(frozen=True, slots=True)
class ProvisionerPool:
    """The provisioners of one organisation, as Coder sees them, and what waits for them."""

    organization: str
    is_default: bool
    idle: int
    busy: int
    offline: int
    versions: tuple[str, ...] = ()
    """Of those that are connected."""
    pending_jobs: int = 0
    oldest_pending_at: datetime | None = None

    @property
    def connected(self) -> int:
        return self.idle + self.busy


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
