"""The fields of Kubernetes objects that we use; all else is skipped while decoding."""

from __future__ import annotations

import functools
from collections.abc import Hashable
from typing import Any

import msgspec


class Wire(msgspec.Struct, rename="camel", gc=False):
    """Names on the wire are in camel case. JSON has no cycles, so no garbage is looked for in it."""


class AlikeWire(msgspec.Struct, rename="camel", gc=False, frozen=True):
    """A part that thousands of objects have alike: what is made of it once is found again by its hash."""


class AmountsWire(AlikeWire, frozen=True):
    cpu: str | int | float | None = None
    memory: str | int | float | None = None
    ephemeral_storage: str | int | float | None = msgspec.field(default=None, name="ephemeral-storage")


class OwnerWire(Wire):
    kind: str = ""
    name: str = ""
    controller: bool | None = None


class MetadataWire(Wire):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    owner_references: list[OwnerWire] | None = None
    resource_version: str = ""


class ObjectWire(Wire):
    """Any object."""

    metadata: MetadataWire = msgspec.field(default_factory=MetadataWire)


class ObjectsWire(Wire):
    items: list[ObjectWire] | None = None


class ResourcesWire(AlikeWire, frozen=True):
    requests: AmountsWire | None = None
    limits: AmountsWire | None = None


class ContainerWire(AlikeWire, frozen=True):
    name: str = ""
    image: str = ""
    resources: ResourcesWire | None = None
    restart_policy: str | None = None


class TaintWire(AlikeWire, frozen=True):
    """Of a node, or what of it a pod tolerates."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None


class PodSpecWire(Wire):
    node_name: str | None = None
    containers: tuple[ContainerWire, ...] | None = None
    init_containers: tuple[ContainerWire, ...] | None = None
    resources: ResourcesWire | None = None
    overhead: AmountsWire | None = None
    tolerations: tuple[TaintWire, ...] | None = None


class WaitingWire(AlikeWire, frozen=True):
    reason: str | None = None


class TerminatedWire(AlikeWire, frozen=True):
    exit_code: int | None = None
    reason: str | None = None
    finished_at: str | None = None


class StateWire(AlikeWire, frozen=True):
    waiting: WaitingWire | None = None
    terminated: TerminatedWire | None = None


class ContainerStatusWire(AlikeWire, frozen=True):
    name: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    image_id: str = msgspec.field(default="", name="imageID")
    state: StateWire | None = None
    last_state: StateWire | None = None


class ConditionWire(Wire):
    type: str = ""
    status: str = ""
    last_transition_time: str | None = None


class PodStatusWire(Wire):
    phase: str = "Unknown"
    reason: str | None = None
    message: str | None = None
    start_time: str | None = None
    conditions: list[ConditionWire] | None = None
    container_statuses: tuple[ContainerStatusWire, ...] | None = None
    init_container_statuses: tuple[ContainerStatusWire, ...] | None = None


class PodWire(Wire):
    metadata: MetadataWire
    spec: PodSpecWire | None = None
    status: PodStatusWire | None = None


class PullSecretNameWire(Wire):
    name: str = ""


class PullingPodSpecWire(Wire):
    image_pull_secrets: list[PullSecretNameWire] | None = None


class PullingPodWire(Wire):
    """A pod, of which only its pull secrets are wanted."""

    metadata: MetadataWire
    spec: PullingPodSpecWire | None = None


class NodeSpecWire(Wire):
    unschedulable: bool | None = None
    taints: list[TaintWire] | None = None


class NodeInfoWire(Wire):
    kubelet_version: str = ""
    architecture: str = ""
    operating_system: str = ""


class NodeStatusWire(Wire):
    conditions: list[ConditionWire] | None = None
    allocatable: dict[str, str | int | float] | None = None
    node_info: NodeInfoWire | None = None


class NodeWire(Wire):
    metadata: MetadataWire
    spec: NodeSpecWire | None = None
    status: NodeStatusWire | None = None


class InvolvedWire(Wire):
    kind: str = ""
    namespace: str = ""
    name: str = ""


class SeriesWire(Wire):
    count: int | None = None
    last_observed_time: str | None = None


class EventSourceWire(Wire):
    host: str | None = None


class EventWire(Wire):
    metadata: MetadataWire
    type: str = ""
    reason: str = ""
    message: str | None = None
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: SeriesWire | None = None
    involved_object: InvolvedWire = msgspec.field(default_factory=InvolvedWire)
    source: EventSourceWire | None = None


class ListMetadataWire(Wire):
    resource_version: str = ""
    continue_: str | None = msgspec.field(default=None, name="continue")


class KindWire(Wire):
    kind: str = ""


class StatusDetailsWire(Wire):
    retry_after_seconds: int | None = None


class StatusWire(Wire):
    """An error of the API server."""

    kind: str = ""
    code: int | None = None
    reason: str | None = None
    message: str | None = None
    details: StatusDetailsWire | None = None


class FileSystemWire(Wire):
    time: str | None = None
    available_bytes: int | None = None
    capacity_bytes: int | None = None
    inodes_free: int | None = None
    inodes: int | None = None


class RuntimeDisksWire(Wire):
    """Where images, and with split disks containers too, have a file system of their own."""

    image_fs: FileSystemWire | None = None
    container_fs: FileSystemWire | None = None


class QuotaStatusWire(Wire):
    hard: dict[str, str | int | float] | None = None
    used: dict[str, str | int | float] | None = None


class QuotaWire(Wire):
    metadata: MetadataWire
    status: QuotaStatusWire = msgspec.field(default_factory=QuotaStatusWire)


class LimitWire(Wire):
    type: str = ""
    default: dict[str, str | int | float] | None = None


class LimitRangeSpecWire(Wire):
    limits: list[LimitWire] | None = None


class LimitRangeWire(Wire):
    metadata: MetadataWire
    spec: LimitRangeSpecWire = msgspec.field(default_factory=LimitRangeSpecWire)


class AccessStatusWire(Wire):
    allowed: bool = False


class AccessReviewWire(Wire):
    status: AccessStatusWire = msgspec.field(default_factory=AccessStatusWire)


class ConditionedStatusWire(Wire):
    conditions: list[ConditionWire] | None = None


class NodePoolTemplateSpecWire(Wire):
    expire_after: str | None = None


class NodePoolTemplateWire(Wire):
    spec: NodePoolTemplateSpecWire = msgspec.field(default_factory=NodePoolTemplateSpecWire)


class DisruptionBudgetWire(Wire):
    nodes: str | int = "10%"
    reasons: list[str] | None = None
    schedule: str | None = None
    duration: str | None = None


class DisruptionWire(Wire):
    consolidation_policy: str = ""
    consolidate_after: str = ""
    budgets: list[DisruptionBudgetWire] | None = None


class NodePoolSpecWire(Wire):
    disruption: DisruptionWire = msgspec.field(default_factory=DisruptionWire)
    template: NodePoolTemplateWire = msgspec.field(default_factory=NodePoolTemplateWire)
    limits: dict[str, str | int | float] | None = None
    replicas: int | None = None


class NodePoolStatusWire(ConditionedStatusWire):
    resources: dict[str, str | int | float] | None = None


class NodePoolWire(Wire):
    metadata: MetadataWire
    spec: NodePoolSpecWire = msgspec.field(default_factory=NodePoolSpecWire)
    status: NodePoolStatusWire = msgspec.field(default_factory=NodePoolStatusWire)


class NodeClaimStatusWire(ConditionedStatusWire):
    node_name: str | None = None


class NodeClaimWire(Wire):
    metadata: MetadataWire
    status: NodeClaimStatusWire = msgspec.field(default_factory=NodeClaimStatusWire)


class ScaleSpecWire(Wire):
    replicas: int = 0


class ScaleWire(Wire):
    metadata: MetadataWire
    spec: ScaleSpecWire = msgspec.field(default_factory=ScaleSpecWire)


class CronJobSpecWire(Wire):
    schedule: str = ""
    time_zone: str | None = None
    suspend: bool | None = None


class CronJobStatusWire(Wire):
    last_schedule_time: str | None = None


class CronJobWire(Wire):
    metadata: MetadataWire
    spec: CronJobSpecWire = msgspec.field(default_factory=CronJobSpecWire)
    status: CronJobStatusWire = msgspec.field(default_factory=CronJobStatusWire)


class SummaryNodeWire(Wire):
    node_name: str = ""
    fs: FileSystemWire | None = None
    runtime: RuntimeDisksWire | None = None


class PodReferenceWire(Wire):
    name: str = ""
    namespace: str = ""


class UsedWire(Wire):
    used_bytes: int | None = None


class SummaryPodWire(Wire):
    pod_ref: PodReferenceWire = msgspec.field(default_factory=PodReferenceWire)
    storage: UsedWire | None = msgspec.field(default=None, name="ephemeral-storage")


class SummaryWire(Wire):
    node: SummaryNodeWire
    pods: list[SummaryPodWire] | None = None


class ChangeWire(Wire):
    """One line of a watch."""

    type: str
    object: msgspec.Raw


class VersionedWire(Wire):
    """All that a bookmark has."""

    metadata: MetadataWire


def status_of(body: bytes) -> StatusWire:
    """Empty where the body is no status."""
    try:
        return msgspec.json.decode(body, type=StatusWire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return StatusWire()


@functools.cache
def list_shape(item: Hashable) -> Any:  # noqa: ANN401  # made at run time
    """A list of such items; without `items` it says nothing."""
    return msgspec.defstruct(
        "List",
        [
            ("metadata", ListMetadataWire, msgspec.field(default_factory=ListMetadataWire)),
            ("items", list[item] | None, None),  # type: ignore[valid-type]
            ("kind", str, ""),
        ],
    )
