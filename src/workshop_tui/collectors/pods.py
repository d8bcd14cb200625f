"""The pods of a region, watched in the namespaces that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import (
    AmountsWire,
    ContainerStatusWire,
    ContainerWire,
    OwnerWire,
    PodSpecWire,
    PodStatusWire,
    PodWire,
    ResourcesWire,
    TaintWire,
    TerminatedWire,
)
from workshop_tui.collectors.quantity import parse_bytes, parse_quantity
from workshop_tui.collectors.watched import Watched
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.kinds import PODS
from workshop_tui.model.kubernetes import Amounts, Container, Pod
from workshop_tui.model.pods import PodIndex, Pods, workspace_rule
from workshop_tui.model.source import SourceKind
from workshop_tui.model.taints import Toleration
from workshop_tui.settings.region import Region

_SIDECAR = "Always"
"""The restart policy of an init container that runs on."""
_MOST_RESTARTS = 2**31 - 1
"""The API's own type; more could not be recorded."""
_NO_SPEC, _NO_STATUS, _NO_CONTAINER_STATUS = PodSpecWire(), PodStatusWire(), ContainerStatusWire()


@dataclass(frozen=True)
class PodsSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 75
    """A watch proves every 45 s that it is alive."""
    timeout_s: float = 15
    kind: SourceKind[Pods] = PODS

    @property
    def region(self) -> str:
        return self.settings.name

    def stream(self) -> AsyncIterator[Pods]:
        namespaces = self.settings.namespaces
        paths = [
            f"/api/v1/namespaces/{name}/pods"
            for name in dict.fromkeys((namespaces.server, *namespaces.provisioners, *namespaces.workspaces))
        ]
        selectors = self.settings.selectors
        kept = _Indexed(
            workspace_rule(namespaces.workspaces, selectors.workspaces, selectors.server, selectors.provisioners)
        )
        return Watched(self.cluster, paths, PodWire, lambda wire: wire.metadata.uid, pod_of, kept).stream()


class _Indexed:
    """Uids are unique in a cluster, so the path does not matter."""

    forgets = True

    def __init__(self, is_workspace: Callable[[Pod], bool]) -> None:
        self._index = PodIndex(is_workspace)

    def put(self, _path: str, _uid: str, pod: Pod) -> bool:
        return self._index.put(pod)

    def drop(self, _path: str, uid: str) -> bool:
        return self._index.drop(uid)

    def snapshot(self) -> Pods:
        return Pods(self._index, self._index.version)


def pod_of(wire: PodWire) -> Pod:
    """A pod without spec or status is still a pod."""
    metadata, spec, status = wire.metadata, wire.spec or _NO_SPEC, wire.status or _NO_STATUS
    owner_kind, owner_name = _owner(metadata.owner_references) if metadata.owner_references else ("", "")
    init = spec.init_containers or ()
    return Pod(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        labels=metadata.labels or {},
        owner_kind=owner_kind,
        owner_name=owner_name,
        node=spec.node_name or "",
        phase=status.phase,
        reason=status.reason or "",
        message=status.message or "",
        created_at=parse_time(metadata.creation_timestamp),
        started_at=parse_time(status.start_time),
        failed_at=max(_ends(status), default=None) if status.phase == "Failed" else None,
        deleting=metadata.deletion_timestamp is not None,
        ready=_is(status, "Ready"),
        containers=_containers(spec.containers or (), status.container_statuses or ()),
        init_containers=_containers(init, status.init_container_statuses or ()) if init else (),
        initializing=_initializing(init, status) if init else False,
        requests=_amounts(spec.resources.requests) if spec.resources else None,
        limits=_amounts(spec.resources.limits) if spec.resources else None,
        overhead=_amounts(spec.overhead) if spec.overhead else None,
        tolerations=_tolerations(spec.tolerations) if spec.tolerations else (),
    )


def _owner(owners: Sequence[OwnerWire]) -> tuple[str, str]:
    """Kind and name of the controller, else of the first."""
    for owner in owners:
        if owner.controller:
            return owner.kind, owner.name
    return owners[0].kind, owners[0].name


def _is(status: PodStatusWire, kind: str) -> bool:
    for condition in status.conditions or ():
        if condition.type == kind:
            return condition.status == "True"
    return False


def _initializing(init: Sequence[ContainerWire], status: PodStatusWire) -> bool:
    """As `kubectl get pods` decides it; without statuses nothing has begun."""
    if _is(status, "Initialized"):
        return False
    statuses = {one.name: one for one in status.init_container_statuses or ()}
    return any(one.name in statuses and not _done(one, statuses[one.name]) for one in init)


def _done(wire: ContainerWire, status: ContainerStatusWire) -> bool:
    terminated = status.state.terminated if status.state else None
    if terminated is not None and terminated.exit_code == 0:
        return True
    return wire.restart_policy == _SIDECAR and status.started is True


# What a pod says of its containers, amounts and tolerations it has from its template, as thousands of others have:
# each is made once for all that say the same.


@lru_cache(maxsize=1024)
def _amounts(values: AmountsWire | None) -> Amounts | None:
    if values is None or values == AmountsWire():
        return None
    return Amounts(parse_quantity(values.cpu), parse_bytes(values.memory), parse_bytes(values.ephemeral_storage))


@lru_cache(maxsize=1024)
def _tolerations(wires: tuple[TaintWire, ...]) -> tuple[Toleration, ...]:
    return tuple(Toleration(one.key or "", one.operator or "", one.value or "", one.effect or "") for one in wires)


@lru_cache(maxsize=1024)
def _containers(wires: tuple[ContainerWire, ...], statuses: tuple[ContainerStatusWire, ...]) -> tuple[Container, ...]:
    by_name = {one.name: one for one in statuses}
    return tuple(_container(one, by_name.get(one.name, _NO_CONTAINER_STATUS)) for one in wires)


def _container(wire: ContainerWire, status: ContainerStatusWire) -> Container:
    resources = wire.resources or ResourcesWire()
    requests, limits = _amounts(resources.requests) or Amounts(), _amounts(resources.limits) or Amounts()
    terminated = _terminated(status)
    return Container(
        name=wire.name,
        image=wire.image,
        image_id=status.image_id,
        ready=status.ready,
        restart_count=min(status.restart_count, _MOST_RESTARTS),
        waiting_reason=(status.state.waiting.reason if status.state and status.state.waiting else None) or "",
        terminated_reason=(terminated.reason if terminated else None) or "",
        terminated_at=parse_time(terminated.finished_at) if terminated else None,
        cpu_request_cores=requests.cpu_cores,
        memory_request_bytes=requests.memory_bytes,
        ephemeral_storage_request_bytes=requests.storage_bytes,
        cpu_limit_cores=limits.cpu_cores,
        memory_limit_bytes=limits.memory_bytes,
        ephemeral_storage_limit_bytes=limits.storage_bytes,
        sidecar=wire.restart_policy == _SIDECAR,
    )


def _terminated(status: ContainerStatusWire) -> TerminatedWire | None:
    for state in (status.state, status.last_state):
        if state is not None and state.terminated is not None:
            return state.terminated
    return None


def _ends(status: PodStatusWire) -> Iterator[datetime]:
    """When its containers ended, else when its last condition changed: some kubelets keep only one of the two."""
    every = (*(status.container_statuses or ()), *(status.init_container_statuses or ()))
    ends = (parse_time(one.finished_at) for one in map(_terminated, every) if one is not None)
    ended = [moment for moment in ends if moment is not None]
    changed = (parse_time(condition.last_transition_time) for condition in status.conditions or ())
    yield from ended or (moment for moment in changed if moment is not None)
