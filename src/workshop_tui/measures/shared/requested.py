"""What the workspace nodes of a region are asked for."""

from __future__ import annotations

from collections.abc import Callable

from workshop_tui.measures.shared.answer import judged, nothing, unknown
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import NODES, PODS
from workshop_tui.model.kubernetes import Node
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.workspace_nodes import of_workspaces, to_move, workspace_nodes
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def requested_share(
    measure: Measure,
    facts: Facts,
    settings: Settings,
    region: Region,
    capacity: Callable[[Node], float | None],
    part: int,
) -> MeasureValue:
    """`part`: 0 for cores, 1 for bytes, of what is asked for on a node, by the pods of the watched namespaces.

    What was asked for on a node that takes no workspace now needs room on the others: a lost node makes none.
    """
    taken_at = facts.taken_at(NODES, region.name)
    pods = facts.get(PODS, region.name)
    every = facts.get(NODES, region.name) or ()
    tolerations = pods.tolerations if pods is not None else None
    nodes = workspace_nodes(every, region.workspace_pools, tolerations)
    lost = sum(node.ready is not True for node in of_workspaces(every, region.workspace_pools))
    if not nodes and lost:
        return unknown(measure, region, taken_at, f"no node takes workspaces now: {lost} not ready")
    if not nodes or pods is None:
        return nothing(measure, region, taken_at, "no node takes workspaces now")
    capacities = [capacity(node) for node in nodes]
    whole = sum(one or 0.0 for one in capacities)
    if whole <= 0 or None in capacities:
        return unknown(measure, region, taken_at, f"{capacities.count(None)} nodes do not tell their capacity")
    moving = to_move(every, region.workspace_pools, tolerations, pods.index.by_node)
    asked = sum(pods.requested_on(node.name)[part] for node in (*nodes, *moving))
    return judged(measure, facts, settings, region, asked / whole, taken_at, f"of {len(nodes)} nodes, watched pods")
