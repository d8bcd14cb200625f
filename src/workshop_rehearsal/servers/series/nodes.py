"""Of every node: its exporter, and its kubelet's image pulls."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from workshop_rehearsal.servers.kubelet_stats import used_memory_bytes
from workshop_rehearsal.servers.promql.labels import Labels, labelled
from workshop_rehearsal.servers.series.exposition import Exposed, histogram
from workshop_rehearsal.world.objects import Node
from workshop_rehearsal.world.region import Region
from workshop_rehearsal.world.world import World


class NodeSeries:
    """Of one region."""

    def __init__(self, world: World, region: Region) -> None:
        self._world = world
        self._region = region
        self._labels: dict[str, tuple[Labels, ...]] = {}
        """By uid of the node."""

    def expose(self) -> Iterator[Exposed]:
        for node in self._region.cluster.nodes.values():
            yield from self._node(self._region, node)

    def _node(self, region: Region, node: Node) -> Iterator[Exposed]:
        labels = self._labels.get(node.uid)
        if labels is None:
            labels = self._labels[node.uid] = _labels(region, node)
        target, plain, mount, idle, busy, kubelet = labels
        now_s = self._world.timeline.now_s
        disk, cores = node.capacity.storage_bytes, node.capacity.cpu_millicores / 1000
        used_core_s = node.cpu.core_seconds_at(now_s)
        yield "up", target, 1.0
        yield "node_filesystem_size_bytes", mount, disk
        yield "node_filesystem_avail_bytes", mount, max(0, int(disk - node.usage.bytes_at(now_s)))
        yield "node_memory_MemTotal_bytes", plain, node.capacity.memory_bytes
        yield "node_memory_MemAvailable_bytes", plain, node.capacity.memory_bytes - used_memory_bytes(node)
        # One series for all its processors: the share of the idle ones is the same as for each alone.
        yield "node_cpu_seconds_total", idle, (now_s - node.created_s) - used_core_s / cores
        yield "node_cpu_seconds_total", busy, used_core_s / cores
        for size, pulls in node.pulls.items():
            yield from histogram("kubelet_image_pull_duration_seconds", _of_size(kubelet, size), pulls)


@lru_cache(maxsize=20_000)
def _of_size(labels: Labels, size: str) -> Labels:
    return labelled(labels, image_size_in_bytes=size)


def _labels(region: Region, node: Node) -> tuple[Labels, ...]:
    where = labelled(node=node.name, region=region.place.name)
    exporter = labelled(where, job="node-exporter")
    return (
        labelled(exporter, instance=f"{node.address}:9100"),
        exporter,
        labelled(exporter, device="/dev/nvme0n1p1", fstype="xfs", mountpoint="/"),
        labelled(exporter, cpu="0", mode="idle"),
        labelled(exporter, cpu="0", mode="user"),
        labelled(where, job="kubelet"),
    )
