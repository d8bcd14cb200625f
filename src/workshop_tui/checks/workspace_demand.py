"""What the checks of capacity share: what a workspace takes, how many people come where, which nodes they get."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workshop_tui.model.kubernetes import Container, Node, Pod
from workshop_tui.model.selector import matches
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings import Region, Settings

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class WorkspaceDemand:
    """Of one workspace: the largest that runs, else the settings'."""

    cpu_cores: float
    memory_bytes: float
    storage_request_bytes: float | None
    storage_limit_bytes: float | None
    """None: nothing tells it."""
    told_by: str


def people_in(region: Region, settings: Settings, workshop: Workshop) -> int:
    """Rounded up: a region too large is better than one person without a workspace."""
    hosting = [known for known in settings.region if known.context is not None]
    share = region.people_share
    if share is None:
        given = sum(known.people_share or 0 for known in hosting)
        left = sum(known.people_share is None for known in hosting)
        share = max(0.0, 1 - given) / left if left else 0.0
    return math.ceil(round(workshop.expected_people * share, 6))


def demand_of(regions: Iterable[tuple[Region, Sequence[Pod]]], settings: Settings) -> WorkspaceDemand:
    """From the workspaces of all regions, since templates are the same everywhere."""
    running = [pod for region, pods in regions for pod in workspace_pods(pods, region)]
    said = settings.demand
    storage = None if said.storage_gib is None else said.storage_gib * _GIB
    if not running:
        return WorkspaceDemand(said.cpu_cores, said.memory_gib * _GIB, storage, storage, "the settings")

    def largest(name: str, fallback: float | None) -> float | None:
        return max((value for pod in running if (value := _sum(pod, name)) is not None), default=fallback)

    return WorkspaceDemand(
        largest("cpu_request_cores", said.cpu_cores) or said.cpu_cores,
        largest("memory_request_bytes", said.memory_gib * _GIB) or said.memory_gib * _GIB,
        largest("ephemeral_storage_request_bytes", storage),
        largest("ephemeral_storage_limit_bytes", storage),
        f"the largest of {len(running)} running workspaces",
    )


def workspace_pods(pods: Sequence[Pod], region: Region) -> list[Pod]:
    return [
        pod
        for pod in pods
        if pod.namespace in region.namespaces.workspaces
        and pod.phase in ("Pending", "Running")
        and matches(region.selectors.workspaces, pod.labels)
    ]


def workspace_nodes(nodes: Sequence[Node], region: Region) -> list[Node]:
    """Nodes that may take a workspace now."""
    usable = [node for node in nodes if node.ready is not False and not node.unschedulable and not node.disk_pressure]
    pools = region.workspace_pools or tuple(
        {node.pool for node in nodes if node.pool and "workspace" in node.pool.lower()}
    )
    return [node for node in usable if node.pool in pools] if pools else usable


def requested(pods: Sequence[Pod], node: Node) -> tuple[float, float]:
    """Cores and bytes that the pods we see on this node have asked for."""
    there = [pod for pod in pods if pod.node == node.name and pod.phase in ("Pending", "Running")]
    return (
        sum(_sum(pod, "cpu_request_cores") or 0 for pod in there),
        sum(_sum(pod, "memory_request_bytes") or 0 for pod in there),
    )


def _sum(pod: Pod, name: str) -> float | None:
    values = [value for container in pod.containers if (value := _value(container, name)) is not None]
    return sum(values) if values else None


def _value(container: Container, name: str) -> float | None:
    value: float | None = getattr(container, name)
    return value
