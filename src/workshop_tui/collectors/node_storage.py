"""How full each node's ephemeral storage is: from the kubelets, or from Prometheus' node exporter."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

import msgspec

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import MetadataWire, SummaryWire, Wire
from workshop_tui.clients.prometheus import PrometheusClient, Sample
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import NODE_STORAGE
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.model.source import SourceKind
from workshop_tui.settings import Region

_AT_ONCE = 8
_EACH_TIME = 40
"""So many nodes are asked each time where there are more; in a region so large that a turn would take longer, more."""
_FULLEST = 15
"""Of them, so many of the fullest: those fill first."""
_TURN_S = 60.0
"""Within this every node was asked."""
_SHARE = 0.8
"""Of the time-out of the whole: so that a kubelet that hangs does not take the others with it."""
_REAL = 'fstype!~"tmpfs|overlay|squashfs|ramfs"'


class NodeNameWire(Wire):
    metadata: MetadataWire = msgspec.field(default_factory=MetadataWire)


@dataclass(frozen=True)
class KubeletStorageSource:
    """Asks the kubelets through the API server, which needs the right `nodes/proxy`: first all, then in turns."""

    cluster: Cluster
    settings: Region
    interval_s: float
    timeout_s: float = 10
    kind: SourceKind[tuple[NodeStorage, ...]] = NODE_STORAGE
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _known: dict[str, NodeStorage] = field(default_factory=dict)
    """What each node said last; those that were asked longest ago come first."""

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[NodeStorage, ...]:
        """A node that does not answer is left out as long as another does; what it was is then told by its absence.

        `measured_at` tells how old the answer of a node is that had no turn now.
        """
        until_s = asyncio.get_running_loop().time() + self.timeout_s * _SHARE
        page = await self.cluster.list_all("/api/v1/nodes", NodeNameWire)
        names = sorted(wire.metadata.name for wire in page.items)
        asked = self._turn(names)
        answers = await asyncio.gather(*(self._one(name, until_s) for name in asked), return_exceptions=True)
        found = {answer.node: answer for answer in answers if isinstance(answer, NodeStorage)}
        for error in answers:
            if isinstance(error, BaseException) and not (found and isinstance(error, SourceError)):
                raise error
        for name in {*asked, *(self._known.keys() - set(names))}:
            self._known.pop(name, None)
        self._known.update(found)
        return tuple(self._known[name] for name in names if name in self._known)

    def _turn(self, names: list[str]) -> list[str]:
        """Who is asked now: those that never said anything, the fullest, and those whose turn is longest ago."""
        silent = [name for name in names if name not in self._known]
        most = max(_EACH_TIME, math.ceil(len(names) * self.interval_s / _TURN_S) + _FULLEST)
        if len(names) <= most:
            return names
        there = set(names)
        known = [storage for name, storage in self._known.items() if name in there]
        fullest = {storage.node for storage in sorted(known, key=lambda one: -one.used_share)[:_FULLEST]}
        rest = [storage.node for storage in known if storage.node not in fullest]
        return [*silent, *fullest, *rest[: max(0, most - _FULLEST)]]

    async def _one(self, node: str, until_s: float) -> NodeStorage:
        try:
            async with asyncio.timeout_at(until_s), self._limit:
                summary = await self.cluster.get(f"/api/v1/nodes/{node}/proxy/stats/summary", SummaryWire)
        except TimeoutError:
            raise SourceError(ErrorKind.TIMEOUT, f"the kubelet of {node} did not answer in time") from None
        disk = summary.node.fs
        if disk is None or disk.capacity_bytes is None or disk.available_bytes is None or disk.capacity_bytes <= 0:
            raise SourceError(ErrorKind.MALFORMED, f"the kubelet of {node} does not tell its disk")
        pods = tuple(
            (pod.pod_ref.namespace, pod.pod_ref.name, pod.storage.used_bytes)
            for pod in summary.pods or ()
            if pod.storage is not None and pod.storage.used_bytes is not None
        )
        return NodeStorage(node, disk.capacity_bytes, disk.available_bytes, parse_time(disk.time), pods)


@dataclass(frozen=True)
class PrometheusStorageSource:
    """Two queries for all regions' nodes; a region keeps those that its cluster lists."""

    cluster: Cluster
    prometheus: PrometheusClient
    settings: Region
    interval_s: float
    timeout_s: float = 10
    kind: SourceKind[tuple[NodeStorage, ...]] = NODE_STORAGE

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[NodeStorage, ...]:
        page, sizes, available = await asyncio.gather(
            self.cluster.list_all("/api/v1/nodes", NodeNameWire),
            self.prometheus.query(f"node_filesystem_size_bytes{{{_REAL}}}"),
            self.prometheus.query(f"node_filesystem_avail_bytes{{{_REAL}}}"),
        )
        wanted = {wire.metadata.name for wire in page.items}
        found = largest_disks(sizes.samples, available.samples)
        if wanted and not wanted & set(found):
            raise SourceError(
                ErrorKind.NOT_FOUND, "Prometheus has no node_filesystem_* with a `node` label of this region's nodes"
            )
        return tuple(found[node] for node in sorted(wanted) if node in found)


def largest_disks(sizes: tuple[Sample, ...], available: tuple[Sample, ...]) -> dict[str, NodeStorage]:
    """Of each node its largest real file system, which is the one that workspaces fill."""
    free = {_disk(sample): sample.value for sample in available}
    found: dict[str, NodeStorage] = {}
    for sample in sizes:
        node = sample.labels.get("node", "")
        left = free.get(_disk(sample))
        if not node or sample.value is None or sample.value <= 0 or left is None:
            continue
        if node not in found or found[node].capacity_bytes < sample.value:
            found[node] = NodeStorage(node, int(sample.value), int(left))
    return found


def _disk(sample: Sample) -> tuple[str, str, str]:
    labels = sample.labels
    return labels.get("node", ""), labels.get("device", ""), labels.get("mountpoint", "")
