"""What kube-state-metrics tells of pods and nodes, and Karpenter of its pools."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from workshop_rehearsal.servers.promql.labels import Labels, labelled
from workshop_rehearsal.servers.series.exposition import Exposed
from workshop_rehearsal.world.cluster import WORKSPACE_POOL
from workshop_rehearsal.world.objects import Pod
from workshop_rehearsal.world.region import Region

JOB = "kube-state-metrics"


class KubeStateSeries:
    """Of one region."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._labels: dict[str, tuple[Labels, ...]] = {}
        """By uid of the pod; those that are gone stay as long as no more are held than are alive."""

    def expose(self) -> Iterator[Exposed]:
        region = self._region
        for pod in region.cluster.pods.values():
            yield from self._pod(region, pod)
        yield from _nodes(region)
        if region.cluster.has_karpenter:
            yield from _karpenter(region)
        if len(self._labels) > 2 * len(region.cluster.pods) + 1000:
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
            asked = pod.template.requests
            amounts = (asked.cpu_millicores / 1000, asked.memory_bytes, asked.storage_bytes)
            for its_labels, amount in zip(_resource_labels(container, pod.node.name), amounts, strict=True):
                yield "kube_pod_container_resource_requests", its_labels, amount


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


@lru_cache(maxsize=20_000)
def _node_labels(region: str, node: str) -> tuple[Labels, Labels, tuple[Labels, ...]]:
    where = labelled(job=JOB, region=region)
    ready = labelled(where, condition="Ready", node=node, status="true")
    pressed = labelled(where, condition="DiskPressure", node=node, status="true")
    return ready, pressed, _resource_labels(where, node)


@lru_cache(maxsize=50_000)
def _resource_labels(labels: Labels, node: str) -> tuple[Labels, ...]:
    return tuple(
        labelled(labels, node=node, resource=resource, unit=unit)
        for resource, unit in (("cpu", "core"), ("memory", "byte"), ("ephemeral_storage", "byte"))
    )


def _nodes(region: Region) -> Iterator[Exposed]:
    for node in region.cluster.nodes.values():
        ready, pressed, resources = _node_labels(region.place.name, node.name)
        yield "kube_node_status_condition", ready, 1.0
        yield "kube_node_status_condition", pressed, node.disk_pressure
        free = node.allocatable
        amounts = (free.cpu_millicores / 1000, free.memory_bytes, free.storage_bytes)
        for labels, amount in zip(resources, amounts, strict=True):
            yield "kube_node_status_allocatable", labels, amount


def _karpenter(region: Region) -> Iterator[Exposed]:
    for name, pool in region.karpenter.pools.items():
        where = labelled(job="karpenter", region=region.place.name, nodepool=name)
        one, limits = pool.node, pool.limits
        cpu, memory = (labelled(where, resource_type=resource) for resource in ("cpu", "memory"))
        yield "karpenter_nodepools_usage", cpu, one.cpu_millicores / 1000 * pool.nodes
        yield "karpenter_nodepools_limit", cpu, limits.cpu_millicores / 1000
        yield "karpenter_nodepools_usage", memory, one.memory_bytes * pool.nodes
        yield "karpenter_nodepools_limit", memory, limits.memory_bytes
        yield "karpenter_nodepools_usage", labelled(where, resource_type="nodes"), pool.nodes
