"""The nodes of a region, watched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import NodeWire
from workshop_tui.collectors.quantity import parse_bytes, parse_quantity
from workshop_tui.collectors.watched import AsTuple, Watched
from workshop_tui.model.kinds import NODES
from workshop_tui.model.kubernetes import Node
from workshop_tui.model.source import SourceKind
from workshop_tui.model.taints import Taint
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class NodesSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 75
    timeout_s: float = 15
    kind: SourceKind[tuple[Node, ...]] = NODES

    @property
    def region(self) -> str:
        return self.settings.name

    def stream(self) -> AsyncIterator[tuple[Node, ...]]:
        kept: AsTuple[Node] = AsTuple()
        watched = Watched(self.cluster, ["/api/v1/nodes"], NodeWire, lambda wire: wire.metadata.name, node_of, kept)
        return watched.stream()


def node_of(wire: NodeWire) -> Node:
    """Heartbeats change nothing here, so an unchanged node is an equal value."""
    status = wire.status
    conditions = {item.type: item.status for item in (status.conditions if status else None) or ()}
    allocatable = (status.allocatable if status else None) or {}
    info = status.node_info if status else None
    return Node(
        name=wire.metadata.name,
        architecture=(info.architecture if info else "") or (wire.metadata.labels or {}).get("kubernetes.io/arch", ""),
        os=(info.operating_system if info else "") or (wire.metadata.labels or {}).get("kubernetes.io/os", ""),
        ready=_yes(conditions.get("Ready")),
        disk_pressure=_yes(conditions.get("DiskPressure")),
        unschedulable=bool(wire.spec and wire.spec.unschedulable),
        pool=(wire.metadata.labels or {}).get("karpenter.sh/nodepool", ""),
        kubelet_version=info.kubelet_version if info else "",
        allocatable_cpu_cores=parse_quantity(allocatable.get("cpu")),
        allocatable_memory_bytes=parse_bytes(allocatable.get("memory")),
        taints=tuple(
            Taint(one.key or "", one.value or "", one.effect or "")
            for one in (wire.spec.taints if wire.spec else None) or ()
        ),
        deleting=wire.metadata.deletion_timestamp is not None,
    )


def _yes(status: str | None) -> bool | None:
    """A condition that is `Unknown` or absent is not known."""
    return {"True": True, "False": False}.get(status or "")
