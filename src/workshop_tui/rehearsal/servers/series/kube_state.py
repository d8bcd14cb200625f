"""What kube-state-metrics tells of pods and nodes, and Karpenter of its pools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workshop_tui.rehearsal.servers.promql.store import Labels
from workshop_tui.rehearsal.servers.series.exposition import Exposed, labelled
from workshop_tui.rehearsal.world.cluster import WORKSPACE_POOL
from workshop_tui.rehearsal.world.objects import Pod
from workshop_tui.rehearsal.world.region import Region
from workshop_tui.rehearsal.world.world import World

JOB = "kube-state-metrics"


class KubeStateSeries:
    def __init__(self, world: World) -> None:
        self._world = world
        self._labels: dict[str, tuple[Labels, ...]] = {}
        """By uid of the pod; those that are gone stay as long as no more are held than are alive."""

    def expose(self) -> Iterator[Exposed]:
        alive = 0
        for region in self._world.regions.values():
            alive += len(region.cluster.pods)
            for pod in region.cluster.pods.values():
                yield from self._pod(region, pod)
            yield from _nodes(region)
            if region.cluster.has_karpenter:
                yield from _karpenter(region)
        if len(self._labels) > 2 * alive + 1000:
            self._labels.clear()

    def _pod(self, region: Region, pod: Pod) -> Iterator[Exposed]:
        labels = self._labels.get(pod.uid)
        if labels is None:
            labels = self._labels[pod.uid] = _pod_labels(region, pod)
        ready, not_ready, container, evicted, killed, waiting = labels
        is_ready = pod.ready_s is not None
        yield "kube_pod_status_ready", ready, is_ready
        yield "kube_pod_status_ready", not_ready, not is_ready
        yield "kube_pod_container_status_restarts_total", container, pod.restarts
        if pod.reason == "Evicted":
            yield "kube_pod_status_reason", evicted, 1.0
        if pod.killed is not None:
            yield "kube_pod_container_status_last_terminated_reason", killed, 1.0
        if pod.started_s is None and pod.node is not None:
            yield "kube_pod_container_status_waiting_reason", labelled(waiting, reason=pod.waiting_reason), 1.0
        if pod.node is not None and pod.ended_s is None and pod.template.pool == WORKSPACE_POOL:
            where = labelled(container, node=pod.node.name)
            asked = pod.template.requests
            name = "kube_pod_container_resource_requests"
            yield name, labelled(where, resource="cpu", unit="core"), asked.cpu_millicores / 1000
            yield name, labelled(where, resource="memory", unit="byte"), asked.memory_bytes
            yield name, labelled(where, resource="ephemeral_storage", unit="byte"), asked.storage_bytes


def _pod_labels(region: Region, pod: Pod) -> tuple[Labels, ...]:
    where = labelled(job=JOB, region=region.place.name, namespace=pod.namespace, pod=pod.name, uid=pod.uid)
    container = labelled(where, container=pod.template.container)
    return (
        labelled(where, condition="true"),
        labelled(where, condition="false"),
        container,
        labelled(where, reason="Evicted"),
        labelled(container, reason="OOMKilled"),
        container,
    )


def _nodes(region: Region) -> Iterator[Exposed]:
    for node in region.cluster.nodes.values():
        where = labelled(job=JOB, region=region.place.name, node=node.name)
        yield "kube_node_status_condition", labelled(where, condition="Ready", status="true"), 1.0
        pressed = labelled(where, condition="DiskPressure", status="true")
        yield "kube_node_status_condition", pressed, node.disk_pressure
        free = node.allocatable
        for resource, unit, amount in (
            ("cpu", "core", free.cpu_millicores / 1000),
            ("memory", "byte", free.memory_bytes),
            ("ephemeral_storage", "byte", free.storage_bytes),
        ):
            yield "kube_node_status_allocatable", labelled(where, resource=resource, unit=unit), amount


def _karpenter(region: Region) -> Iterator[Exposed]:
    nodes = region.cluster.nodes.values()
    counts = Counter(node.pool for node in nodes)
    one = next(iter(nodes)).capacity
    for pool, count in counts.items():
        limit = region.karpenter.limit_nodes if pool == WORKSPACE_POOL else count * 2
        where = labelled(job="karpenter", region=region.place.name, nodepool=pool)
        for resource, amount in (("cpu", one.cpu_millicores / 1000), ("memory", one.memory_bytes), ("nodes", 1)):
            labels = labelled(where, resource_type=resource)
            yield "karpenter_nodepools_usage", labels, amount * count
            if resource != "nodes":
                yield "karpenter_nodepools_limit", labels, amount * limit
