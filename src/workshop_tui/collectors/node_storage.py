"""How full each node's ephemeral storage is: from the kubelets, or from Prometheus' node exporter."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import msgspec

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import (
    FileSystemWire,
    MetadataWire,
    RuntimeDisksWire,
    SummaryNodeWire,
    SummaryWire,
    Wire,
)
from workshop_tui.clients.prometheus import PrometheusClient, Sample
from workshop_tui.collectors.quantity import LARGEST
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import NODE_STORAGE
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region

_AT_ONCE = 8
_EACH_TIME = 40
"""So many nodes are asked each time where there are more; in a region so large that a turn would take longer, more."""
_FULLEST = 15
"""Of them, so many of the fullest: those fill first."""
_TURN_S = 60.0
"""Within this every node was asked."""
_SHARE = 0.8
"""Of the time-out, so much is for the kubelets."""
_ONE_SHARE = 0.2
"""Of the time-out, so much is for one kubelet: those that hang must not hold the others up."""
_SLOW_SHARE = 0.4
"""So much for one that did not answer the last time: it is asked after all others."""
_MOST_SILENT = 8
"""As soon as so many of those did not answer again, no other of them is asked in this round."""
_OF_KUBELET = ("/var", "/var/lib", *(f"/var/lib/{name}" for name in ("kubelet", "containerd", "containers", "docker")))
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
    now_s: Callable[[], float] = time.monotonic
    _known: dict[str, NodeStorage] = field(default_factory=dict)
    """What each node said last; those that were asked longest ago come first."""
    _slow: dict[str, None] = field(default_factory=dict)
    """Those that did not answer quickly the last time, in the same order."""
    _new_at_s: dict[str, float] = field(default_factory=dict)
    """When each known node last told of another time than before."""

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[NodeStorage, ...]:
        """A node that does not answer is left out as long as another does; what it was is then told by its absence.

        `measured_at` tells how old the answer of a node is that had no turn now.
        """
        page = await self.cluster.list_all("/api/v1/nodes", NodeNameWire)
        names = sorted(wire.metadata.name for wire in page.items)
        for kept in (self._known, self._slow, self._new_at_s):
            for name in kept.keys() - set(names):
                del kept[name]
        told = await self._round(names)
        errors = [answer for name in names if isinstance(answer := told.get(name), SourceError)]
        if errors and len(errors) == len(told):  # the API server's fault rather than the nodes'
            raise errors[0]
        for name, answer in told.items():
            before = self._known.pop(name, None)
            if isinstance(answer, NodeStorage):
                self._known[name] = answer
                if before is None or answer.measured_at is None or answer.measured_at != before.measured_at:
                    self._new_at_s[name] = self.now_s()
        oldest_s = self.now_s() - self.kind.stale_after_s
        return tuple(self._known[name] for name in names if name in self._known and self._new_at_s[name] >= oldest_s)

    async def _round(self, names: list[str]) -> dict[str, NodeStorage | SourceError]:
        """What those said that had a turn; each has its own limit, and all end in time."""
        told: dict[str, NodeStorage | SourceError] = {}
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self.timeout_s * _SHARE
        silent: set[str] = set()

        async def ask(name: str) -> None:
            async with self._limit:
                slow, began_s = name in self._slow, loop.time()
                limit_s = self.timeout_s * (_SLOW_SHARE if slow else _ONE_SHARE)
                if began_s + limit_s > until_s or (slow and len(silent) >= _MOST_SILENT):
                    return
                self._slow.pop(name, None)
                if slow:
                    silent.add(name)
                try:
                    told[name] = await self._one(name, limit_s)
                    silent.discard(name)
                except SourceError as error:
                    told[name] = error
                if isinstance(told[name], SourceError) or loop.time() - began_s > self.timeout_s * _ONE_SHARE:
                    self._slow[name] = None

        async with asyncio.TaskGroup() as group:
            for name in self._turn(names):
                group.create_task(ask(name))
        return told

    def _turn(self, names: list[str]) -> list[str]:
        """Who is asked now: the new ones, the fullest, those whose turn is longest ago; last, those that are slow."""
        there = [name for name in names if name not in self._slow]
        slow = list(self._slow)
        most = max(_EACH_TIME, math.ceil(len(names) * self.interval_s / _TURN_S) + _FULLEST)
        if len(there) <= most:
            return [*there, *slow]
        known = [storage for name, storage in self._known.items() if name not in self._slow]
        fullest = {storage.node for storage in sorted(known, key=lambda one: -one.used_share)[:_FULLEST]}
        rest = [storage.node for storage in known if storage.node not in fullest]
        new = [name for name in there if name not in self._known]
        return [*new, *fullest, *rest[: max(0, most - _FULLEST)], *slow]

    async def _one(self, node: str, limit_s: float) -> NodeStorage:
        try:
            async with asyncio.timeout(limit_s):
                summary = await self.cluster.get(f"/api/v1/nodes/{node}/proxy/stats/summary", SummaryWire)
        except TimeoutError:
            raise SourceError(ErrorKind.TIMEOUT, f"the kubelet of {node} did not answer in time") from None
        disks = list(_disks(node, summary.node))
        largest_bytes = max(disk.capacity_bytes for disk in disks)
        pods = tuple(
            (pod.pod_ref.namespace, pod.pod_ref.name, pod.storage.used_bytes)
            for pod in summary.pods or ()
            if pod.storage is not None
            and pod.storage.used_bytes is not None
            and 0 <= pod.storage.used_bytes <= largest_bytes
        )
        return replace(max(disks, key=lambda disk: disk.used_share), pods=pods)


def _disks(node: str, wire: SummaryNodeWire) -> Iterator[NodeStorage]:
    """The kubelet's root first; what has no file system of its own says nothing, or the same. Raises `SourceError`."""
    if wire.fs is None or wire.fs.capacity_bytes is None or wire.fs.available_bytes is None:
        raise SourceError(ErrorKind.MALFORMED, f"the kubelet of {node} does not tell its disk")
    runtime = wire.runtime or RuntimeDisksWire()
    for name, disk in (("", wire.fs), ("images", runtime.image_fs), ("containers", runtime.container_fs)):
        if disk is None or (name and not disk.capacity_bytes):
            continue
        capacity_bytes, available_bytes = disk.capacity_bytes, disk.available_bytes
        if capacity_bytes is None or available_bytes is None or not _possible(capacity_bytes, available_bytes):
            raise SourceError(ErrorKind.MALFORMED, f"the kubelet of {node} tells an impossible disk")
        at = parse_time(disk.time or wire.fs.time)
        yield NodeStorage(node, capacity_bytes, available_bytes, at, (), name, _inodes_used_share(disk))


def _inodes_used_share(disk: FileSystemWire) -> float | None:
    """None where it does not tell; some file systems have no count of them."""
    if not disk.inodes or disk.inodes_free is None or not 0 <= disk.inodes_free <= disk.inodes:
        return None
    return 1 - disk.inodes_free / disk.inodes


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
            self.prometheus.query_whole(f"node_filesystem_size_bytes{{{_REAL}}}"),
            self.prometheus.query_whole(f"node_filesystem_avail_bytes{{{_REAL}}}"),
        )
        wanted = {wire.metadata.name for wire in page.items}
        found = kubelet_disks(sizes, available)
        if wanted and not wanted & set(found):
            raise SourceError(
                ErrorKind.NOT_FOUND, "Prometheus has no node_filesystem_* with a `node` label of this region's nodes"
            )
        return tuple(found[node] for node in sorted(wanted) if node in found)


def kubelet_disks(sizes: tuple[Sample, ...], available: tuple[Sample, ...]) -> dict[str, NodeStorage]:
    """Of each node the fullest of its largest real file system, which workspaces fill, and of those that are mounted
    for the kubelet or the runtime.
    """
    free = {_disk(sample): sample.value for sample in available}
    largest: dict[str, NodeStorage] = {}
    own: list[NodeStorage] = []
    for sample in sizes:
        node, mount = sample.labels.get("node", ""), sample.labels.get("mountpoint", "")
        left = free.get(_disk(sample))
        if not node or sample.value is None or left is None or not _possible(sample.value, left):
            continue
        disk = NodeStorage(node, int(sample.value), int(left))
        if node not in largest or largest[node].capacity_bytes < disk.capacity_bytes:
            largest[node] = disk
        if mount in _OF_KUBELET:
            own.append(replace(disk, file_system=mount))
    for disk in own:
        if disk.used_share > largest[disk.node].used_share:
            largest[disk.node] = disk
    return largest


def _possible(capacity_bytes: float, available_bytes: float) -> bool:
    return 0 <= available_bytes <= capacity_bytes <= LARGEST and capacity_bytes > 0


def _disk(sample: Sample) -> tuple[str, str, str]:
    labels = sample.labels
    return labels.get("node", ""), labels.get("device", ""), labels.get("mountpoint", "")
