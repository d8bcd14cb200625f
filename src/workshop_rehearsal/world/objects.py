"""What a cluster holds. Moments are seconds after the workshop's start, None when not reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workshop_rehearsal.world.cpu_time import CpuTime
from workshop_rehearsal.world.histogram import Histogram
from workshop_rehearsal.world.usage import Usage

GIB = 1024**3
MIB = 1024**2


class Kind(StrEnum):
    """The kinds whose objects change; their names are those of the Kubernetes API's paths."""

    PODS = "pods"
    NODES = "nodes"
    EVENTS = "events"
    NAMESPACES = "namespaces"
    RESOURCEQUOTAS = "resourcequotas"
    LIMITRANGES = "limitranges"
    DEPLOYMENTS = "deployments"
    STATEFULSETS = "statefulsets"
    DAEMONSETS = "daemonsets"
    NODEPOOLS = "nodepools"
    NODECLAIMS = "nodeclaims"
    CRONJOBS = "cronjobs"
    SECRETS = "secrets"
    PROMETHEUSRULES = "prometheusrules"


@dataclass(frozen=True, slots=True)
class CronJob:
    schedule: str
    suspended: bool
    created_s: float


@dataclass(frozen=True, slots=True)
class PrometheusRule:
    """Alerting rules that somebody gave to Prometheus' operator."""

    uid: str
    created_s: float
    labels: dict[str, str]
    annotations: dict[str, str]
    groups: list[dict[str, Any]]
    """As they were given."""


@dataclass(frozen=True, slots=True)
class Secret:
    type: str
    """e.g. `Opaque`."""
    keys: tuple[str, ...]
    """Of its data."""
    written_s: float
    expires_s: float | None = None
    """None: nothing beside it tells its end."""


@dataclass(frozen=True, slots=True)
class Resources:
    cpu_millicores: int
    memory_bytes: int
    storage_bytes: int = 0
    """Ephemeral storage; 0 asks for none."""


NOTHING = Resources(0, 0)


@dataclass(frozen=True, slots=True)
class PodTemplate:
    container: str
    image: str
    labels: dict[str, str]
    requests: Resources = NOTHING
    limits: Resources = NOTHING
    pool: str = ""
    """Karpenter's pool that it runs on; empty for any node."""
    image_bytes: int = 180_000_000
    ports: tuple[int, ...] = ()
    pulls_always: bool = False
    """Ask the registry at each start what the tag points to."""
    pull_secrets: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Workload:
    """A Deployment, StatefulSet or DaemonSet that keeps its pods alive."""

    kind: Kind
    namespace: str
    name: str
    uid: str
    template: PodTemplate
    replicas: int
    created_s: float
    generation: int = 1
    """Counts changes of what is wanted."""
    revision: int = 1
    """Counts templates of its pods."""
    rolled_out: int = 1
    """The revision that all its pods are known to have."""
    annotations: dict[str, str] = field(default_factory=dict)
    """Of the template."""
    pods: list[Pod] = field(default_factory=list)
    made: int = 0
    """Pods ever made: names and random streams count on it."""
    write_bytes_per_s: int = 0
    """What each of its pods writes to the node's disk."""
    memory_lasts_s: float | None = None
    """After so long a started container has used up its memory, once; None: it never does."""
    on_started: Callable[[Pod], None] | None = None
    on_lost: Callable[[Pod], None] | None = None
    on_gone: Callable[[Pod], None] | None = None
    """A pod no longer runs, for whatever reason."""

    @property
    def ready_count(self) -> int:
        return sum(pod.ready_s is not None for pod in self.pods)


@dataclass(frozen=True, slots=True)
class Killed:
    reason: str
    started_s: float
    ended_s: float


@dataclass(slots=True, eq=False)
class Pod:
    namespace: str
    name: str
    uid: str
    workload: Workload
    template: PodTemplate
    created_s: float
    usage: Usage
    revision: int
    """Of its workload's template."""
    node: Node | None = None
    scheduled_s: float | None = None
    started_s: float | None = None
    ready_s: float | None = None
    ended_s: float | None = None
    image_digest: str = ""
    """Of the top manifest, once pulled."""
    phase: str = "Pending"
    reason: str = ""
    message: str = ""
    waiting_reason: str = "ContainerCreating"
    killed: Killed | None = None
    """The container's last end, when it was started again in place."""
    restarts: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class HeldImage:
    digest: str
    ready_s: float
    """When its pull ends or ended."""


@dataclass(slots=True, eq=False)
class Node:
    name: str
    uid: str
    address: str
    pool: str
    zone: str
    instance_type: str
    capacity: Resources
    created_s: float
    usage: Usage
    cpu: CpuTime
    images: dict[str, HeldImage] = field(default_factory=dict)
    """By reference."""
    pull_free_s: float = float("-inf")
    """Pulls go one after the other: the next may begin then."""
    pulls: dict[str, Histogram] = field(default_factory=dict)
    """Seconds of its image pulls with their waiting, by the kubelet's word for the image's size."""
    pods: dict[str, Pod] = field(default_factory=dict)
    """By uid: those that use its resources."""
    workspace_count: int = 0
    free_cpu_millicores: int = 0
    free_memory_bytes: int = 0
    unschedulable: bool = False
    """Cordoned."""
    disk_pressure: bool = False
    pressure_since_s: float = 0.0
    lost_s: float | None = None
    """When its kubelet was last heard of; None while it is."""
    disk_watch: int = 0
    """Counts changes of the growth: an older look at the disk is void."""

    @property
    def claim_name(self) -> str:
        return f"{self.pool}-{self.uid[:5]}"

    @property
    def allocatable(self) -> Resources:
        """What the kubelet leaves for pods."""
        return Resources(
            self.capacity.cpu_millicores - 110,
            self.capacity.memory_bytes - GIB,
            int(self.capacity.storage_bytes * 0.9) - GIB,
        )

    def used_share(self, now_s: float) -> float:
        return self.usage.bytes_at(now_s) / self.capacity.storage_bytes


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    namespace: str
    name: str
    uid: str
    type: str
    """`Normal` or `Warning`."""
    reason: str
    message: str
    object_kind: str
    object_name: str
    object_uid: str
    field_path: str
    component: str
    host: str
    at_s: float
