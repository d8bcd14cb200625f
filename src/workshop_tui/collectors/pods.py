"""The pods of a region, watched in the namespaces that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import (
    ContainerStatusWire,
    ContainerWire,
    PodStatusWire,
    PodWire,
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
from workshop_tui.settings import Region

_SIDECAR = "Always"
"""The restart policy of an init container that runs on."""
_MOST_RESTARTS = 2**31 - 1
"""The API's own type; more could not be recorded."""


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
    metadata, spec, status = wire.metadata, wire.spec, wire.status
    owners = metadata.owner_references or []
    owner = next((owner for owner in owners if owner.controller), owners[0] if owners else None)
    statuses = {item.name: item for item in (status.container_statuses if status else None) or ()}
    init = (spec.init_containers if spec else None) or ()
    init_statuses = {item.name: item for item in (status.init_container_statuses if status else None) or ()}
    return Pod(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        labels=metadata.labels or {},
        owner_kind=owner.kind if owner else "",
        owner_name=owner.name if owner else "",
        node=(spec.node_name if spec else None) or "",
        phase=status.phase if status else "Unknown",
        reason=(status.reason if status else None) or "",
        message=(status.message if status else None) or "",
        created_at=parse_time(metadata.creation_timestamp),
        started_at=parse_time(status.start_time) if status else None,
        failed_at=max(_ends(status), default=None) if status and status.phase == "Failed" else None,
        deleting=metadata.deletion_timestamp is not None,
        ready=_ready(status),
        containers=tuple(
            [
                _container(container, statuses.get(container.name))
                for container in (spec.containers if spec else None) or ()
            ]
        ),
        init_containers=tuple([_container(one, init_statuses.get(one.name)) for one in init]) if init else (),
        initializing=_initializing(init, init_statuses, status) if init else False,
        requests=_amounts(spec.resources.requests) if spec and spec.resources else None,
        limits=_amounts(spec.resources.limits) if spec and spec.resources else None,
        overhead=_amounts(spec.overhead) if spec else None,
        tolerations=tuple(
            [
                _toleration(one.key or "", one.operator or "", one.value or "", one.effect or "")
                for one in (spec.tolerations if spec else None) or ()
            ]
        ),
    )


def _initializing(
    init: Sequence[ContainerWire], statuses: Mapping[str, ContainerStatusWire], status: PodStatusWire | None
) -> bool:
    """As `kubectl get pods` decides it; without statuses nothing has begun."""
    for condition in (status.conditions if status else None) or ():
        if condition.type == "Initialized" and condition.status == "True":
            return False
    return any(one.name in statuses and not _done(one, statuses[one.name]) for one in init)


def _done(wire: ContainerWire, status: ContainerStatusWire) -> bool:
    terminated = status.state.terminated if status.state else None
    if terminated is not None and terminated.exit_code == 0:
        return True
    return wire.restart_policy == _SIDECAR and status.started is True


def _amounts(values: Mapping[str, str | int | float] | None) -> Amounts | None:
    if not values:
        return None
    return Amounts(
        parse_quantity(values.get("cpu")),
        parse_bytes(values.get("memory")),
        parse_bytes(values.get("ephemeral-storage")),
    )


@lru_cache(maxsize=1024)  # a pod has two of its own accord, and they are the same everywhere
def _toleration(key: str, operator: str, value: str, effect: str) -> Toleration:
    return Toleration(key, operator, value, effect)


def _ready(status: PodStatusWire | None) -> bool:
    for condition in (status.conditions if status else None) or ():
        if condition.type == "Ready":
            return condition.status == "True"
    return False


def _ends(status: PodStatusWire) -> Iterator[datetime]:
    """When its containers ended, else when its last condition changed: some kubelets keep only one of the two."""
    every = (*(status.container_statuses or ()), *(status.init_container_statuses or ()))
    ended = [moment for one in every if (moment := parse_time(_finished(one))) is not None]
    changed = (parse_time(condition.last_transition_time) for condition in status.conditions or ())
    yield from ended or (moment for moment in changed if moment is not None)


def _container(wire: ContainerWire, status: ContainerStatusWire | None) -> Container:
    requests = (wire.resources.requests if wire.resources else None) or {}
    limits = (wire.resources.limits if wire.resources else None) or {}
    terminated = _terminated(status)
    return _made(
        wire.name,
        wire.image,
        status.image_id if status else "",
        status.ready if status else False,
        min(status.restart_count, _MOST_RESTARTS) if status else 0,
        _waiting(status),
        terminated.reason or "" if terminated else "",
        terminated.finished_at if terminated else None,
        (requests.get("cpu"), requests.get("memory"), requests.get("ephemeral-storage")),
        (limits.get("cpu"), limits.get("memory"), limits.get("ephemeral-storage")),
        wire.restart_policy == _SIDECAR,
    )


_Amounts = tuple[str | float | None, str | float | None, str | float | None]
"""Of CPU, memory and ephemeral storage, as the wire writes them."""


@lru_cache(maxsize=1024)  # the containers of one template are all alike
def _made(
    name: str,
    image: str,
    image_id: str,
    ready: bool,
    restart_count: int,
    waiting_reason: str,
    terminated_reason: str,
    terminated_at: str | None,
    requests: _Amounts,
    limits: _Amounts,
    sidecar: bool,
) -> Container:
    return Container(
        name=name,
        image=image,
        image_id=image_id,
        ready=ready,
        restart_count=restart_count,
        waiting_reason=waiting_reason,
        terminated_reason=terminated_reason,
        terminated_at=parse_time(terminated_at),
        cpu_request_cores=parse_quantity(requests[0]),
        memory_request_bytes=parse_bytes(requests[1]),
        ephemeral_storage_request_bytes=parse_bytes(requests[2]),
        cpu_limit_cores=parse_quantity(limits[0]),
        memory_limit_bytes=parse_bytes(limits[1]),
        ephemeral_storage_limit_bytes=parse_bytes(limits[2]),
        sidecar=sidecar,
    )


def _waiting(status: ContainerStatusWire | None) -> str:
    waiting = status.state.waiting if status and status.state else None
    return (waiting.reason if waiting else None) or ""


def _terminated(status: ContainerStatusWire | None) -> TerminatedWire | None:
    for state in (status.state, status.last_state) if status else ():
        if state is not None and state.terminated is not None:
            return state.terminated
    return None


def _finished(status: ContainerStatusWire) -> str | None:
    terminated = _terminated(status)
    return terminated.finished_at if terminated else None
