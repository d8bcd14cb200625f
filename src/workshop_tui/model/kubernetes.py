"""What we read of a cluster: only the fields that a check, a measure or a room uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from workshop_tui.model.taints import Taint, Toleration


class Container(NamedTuple):
    name: str
    image: str
    """What the pod's spec asked for."""
    image_id: str = ""
    """What the runtime reports, e.g. `repo@sha256:…`; empty until the image is pulled."""
    ready: bool = False
    restart_count: int = 0
    waiting_reason: str = ""
    """e.g. `ImagePullBackOff`; empty when not waiting."""
    terminated_reason: str = ""
    """Of the current or the last state, e.g. `OOMKilled`."""
    terminated_at: datetime | None = None
    """When that state ended."""
    cpu_request_cores: float | None = None
    memory_request_bytes: int | None = None
    ephemeral_storage_request_bytes: int | None = None
    cpu_limit_cores: float | None = None
    memory_limit_bytes: int | None = None
    ephemeral_storage_limit_bytes: int | None = None
    sidecar: bool = False
    """An init container that runs on beside the others."""


class Amounts(NamedTuple):
    """Of a whole pod; None where it does not say."""

    cpu_cores: float | None = None
    memory_bytes: int | None = None
    storage_bytes: int | None = None


class Pod(NamedTuple):
    """There are thousands: a named tuple is made and compared several times faster than a frozen dataclass."""

    namespace: str
    name: str
    uid: str
    labels: Mapping[str, str] = MappingProxyType({})
    owner_kind: str = ""
    owner_name: str = ""
    node: str = ""
    phase: str = "Unknown"
    """`Pending` `Running` `Succeeded` `Failed` `Unknown`."""
    reason: str = ""
    """e.g. `Evicted`."""
    message: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    failed_at: datetime | None = None
    """Of one that failed, where its containers or conditions tell."""
    deleting: bool = False
    ready: bool = False
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    initializing: bool = False
    """An init container has not done its part yet."""
    requests: Amounts | None = None
    """Said for the pod as a whole, beside what its containers say."""
    limits: Amounts | None = None
    overhead: Amounts | None = None
    """What its runtime takes on top."""
    tolerations: tuple[Toleration, ...] = ()

    @property
    def lasting_containers(self) -> tuple[Container, ...]:
        """Those that run as long as the pod: sidecars too."""
        if not self.init_containers:
            return self.containers
        return (*self.containers, *(one for one in self.init_containers if one.sidecar))

    @property
    def every_container(self) -> tuple[Container, ...]:
        return (*self.init_containers, *self.containers) if self.init_containers else self.containers

    @property
    def counted_containers(self) -> tuple[Container, ...]:
        """Whose restarts `kubectl get pods` counts: those of init containers until they are done."""
        return self.init_containers if self.initializing else self.lasting_containers

    @property
    def restart_count(self) -> int:
        return sum(container.restart_count for container in self.counted_containers)


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    architecture: str = ""
    """e.g. `amd64`."""
    os: str = ""
    """e.g. `linux`."""
    ready: bool | None = None
    """None when the node reports no Ready condition, or is not heard of."""
    disk_pressure: bool | None = None
    unschedulable: bool = False
    pool: str = ""
    """Karpenter's NodePool; empty where there is none."""
    kubelet_version: str = ""
    allocatable_cpu_cores: float | None = None
    allocatable_memory_bytes: int | None = None
    taints: tuple[Taint, ...] = ()
    deleting: bool = False

    @property
    def platform(self) -> str:
        """e.g. `linux/amd64`; empty where the node does not tell."""
        return f"{self.os or 'linux'}/{self.architecture}" if self.architecture else ""


@dataclass(frozen=True, slots=True)
class NodeStorage:
    """The fullest of the kubelet's file systems on one node."""

    node: str
    capacity_bytes: int
    available_bytes: int
    measured_at: datetime | None = None
    pods: tuple[tuple[str, str, int], ...] = ()
    """(namespace, pod, used bytes), as far as the node tells."""
    file_system: str = ""
    """`images` or `containers` where these have their own, or a mount point; empty for the kubelet's root."""
    inodes_used_share: float | None = None
    """0..1; None where it does not tell."""

    @property
    def used_share(self) -> float:
        """0..1, of bytes or of inodes: both evict."""
        return max(self._bytes_used_share, self.inodes_used_share or 0.0)

    @property
    def _bytes_used_share(self) -> float:
        return 1 - self.available_bytes / self.capacity_bytes if self.capacity_bytes else 1.0

    @property
    def label(self) -> str:
        """What of the node is so full; empty for the bytes of its root."""
        inodes = self.inodes_used_share is not None and self.inodes_used_share > self._bytes_used_share
        return " ".join(part for part in (self.file_system, "inodes" if inodes else "") if part)


@dataclass(frozen=True, slots=True)
class ImagePull:
    """One finished image pull, from the kubelet's event."""

    pod_namespace: str
    pod_name: str
    image: str
    seconds: float
    """With waiting in the kubelet's queue."""
    finished_at: datetime
    node: str = ""


@dataclass(frozen=True, slots=True)
class PodFailure:
    """A warning event about a pod: an eviction, a failed pull, a kill."""

    pod_namespace: str
    pod_name: str
    reason: str
    message: str
    at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class PodEvents:
    """What the recent events of a region's pods tell, oldest first."""

    pulls: tuple[ImagePull, ...] = ()
    failures: tuple[PodFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class CronJob:
    namespace: str
    name: str
    schedule: str
    """Five fields, or a macro like `@hourly`."""
    timezone: str = ""
    """IANA name; empty: the schedule's own, else that of the cluster's controller, UTC on managed clusters."""
    suspended: bool = False
    last_at: datetime | None = None
    """When it last ran."""


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """How many nodes of a pool Karpenter may disturb at once."""

    nodes: str
    """A count or a percentage; `0` forbids it."""
    reasons: tuple[str, ...] = ()
    """e.g. `Underutilized`; empty: all."""
    schedule: str = ""
    """Five fields or a macro like `@daily`, in UTC; empty: always."""
    duration: str = ""
    """How long after each time of the schedule, e.g. `8h`."""


@dataclass(frozen=True, slots=True)
class NodePool:
    """Karpenter's; what is not limited is None."""

    name: str
    ready: bool | None
    why_not: str = ""
    cpu_limit_cores: float | None = None
    cpu_used_cores: float = 0.0
    memory_limit_bytes: int | None = None
    memory_used_bytes: int = 0
    node_limit: int | None = None
    node_count: int = 0
    expire_after: str = ""
    """e.g. `720h`, `Never`; empty when it does not say."""
    consolidation: str = ""
    """e.g. `WhenEmpty`, `WhenEmptyOrUnderutilized`, `Balanced`; empty when it does not say."""
    consolidate_after: str = ""
    """e.g. `10m`, `Never`."""
    budgets: tuple[DisruptionBudget, ...] = ()
    replicas: int | None = None
    """So many nodes a static pool keeps: it neither grows nor consolidates."""

    @property
    def is_static(self) -> bool:
        return self.replicas is not None


@dataclass(frozen=True, slots=True)
class NodeClaim:
    name: str
    pool: str
    node: str
    ready: bool | None
    why_not: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Karpenter:
    pools: tuple[NodePool, ...] = ()
    claims: tuple[NodeClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Quota:
    """A ResourceQuota; amounts in cores, bytes and counts."""

    namespace: str
    name: str
    hard: tuple[tuple[str, float], ...]
    """(resource, limit), e.g. `requests.cpu`."""
    used: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LimitRange:
    """What a container gets that says nothing itself."""

    namespace: str
    name: str
    limited: tuple[str, ...]
    """Resources with a default limit, e.g. `cpu`."""


@dataclass(frozen=True, slots=True)
class Quotas:
    quotas: tuple[Quota, ...] = ()
    limit_ranges: tuple[LimitRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Right:
    """What our token may, or must be able to, do in a cluster."""

    verb: str
    resource: str
    """With its subresource, e.g. `nodes/proxy`."""
    serves: str
    """What it is for, in a few words."""
    group: str = ""
    """Empty for the core group."""
    namespaced: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class RightAnswer:
    right: Right
    namespace: str
    """Empty for the whole cluster."""
    allowed: bool
    name: str = ""
    """Of the one object that was asked for; empty for all."""
