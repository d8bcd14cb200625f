"""What the checks of capacity share: what a workspace takes, how many people come where, which nodes they get."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workshop_tui.model.kubernetes import Node
from workshop_tui.model.pods import Pods
from workshop_tui.model.workshop import Workshop
from workshop_tui.model.workspace_nodes import hindrances, to_move
from workshop_tui.model.workspace_nodes import workspace_nodes as nodes_for_workspaces
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_GIB = 2**30
NO_WORKSPACES = "namespaces.workspaces names none: no workspace runs here"


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


def demand_of(regions: Iterable[Pods], settings: Settings) -> WorkspaceDemand:
    """From the workspaces of all regions, since templates are the same everywhere."""
    counts = [pods.index.shapes for pods in regions]
    shapes = [shape for of_region in counts for shape in of_region]
    said = settings.demand
    storage = None if said.storage_gib is None else said.storage_gib * _GIB
    if not shapes:
        return WorkspaceDemand(said.cpu_cores, said.memory_gib * _GIB, storage, storage, "the settings")

    def largest(values: Iterable[float | None], fallback: float | None) -> float | None:
        return max((value for value in values if value is not None), default=fallback)

    return WorkspaceDemand(
        largest((shape.cpu_request_cores for shape in shapes), None) or said.cpu_cores,
        largest((shape.memory_request_bytes for shape in shapes), None) or said.memory_gib * _GIB,
        largest((shape.storage_request_bytes for shape in shapes), storage),
        largest((shape.storage_limit_bytes for shape in shapes), storage),
        f"the largest of {sum(of_region.total() for of_region in counts)} running workspaces",
    )


def workspace_nodes(nodes: Sequence[Node], region: Region, pods: Pods | None = None) -> list[Node]:
    """Nodes where a workspace can land now."""
    return nodes_for_workspaces(nodes, region.workspace_pools, pods.tolerations if pods is not None else None)


def asked_elsewhere(nodes: Sequence[Node], region: Region, pods: Pods) -> tuple[float, float]:
    """Cores and bytes that pods have asked for on nodes that take no workspace now: they will want them elsewhere."""
    moving = to_move(nodes, region.workspace_pools, pods.tolerations, pods.index.by_node)
    asked = [pods.requested_on(node.name) for node in moving]
    return sum(cores for cores, _ in asked), sum(size_bytes for _, size_bytes in asked)


def nodes_left_out(nodes: Sequence[Node], region: Region, pods: Pods | None = None) -> tuple[tuple[str, str], ...]:
    """As a row of evidence: how many of the workspaces' nodes take none now, and why; none where all do."""
    said = hindrances(nodes, region.workspace_pools, pods.tolerations if pods is not None else None)
    return (("nodes that take no workspace now", said),) if said else ()
