"""Which nodes take workspaces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from workshop_tui.model.kubernetes import Node
from workshop_tui.model.taints import Toleration, hindering

_TAINTED = "tainted"
_EVERYTHING = (Toleration(operator="Exists"),)


def workspace_nodes(
    nodes: Sequence[Node], pools: Collection[str], tolerations: Collection[Toleration] | None = None
) -> list[Node]:
    """Nodes where a workspace can land now. `pools`: empty for those with "workspace" in the name, else all nodes.

    `tolerations`: of the workspaces' pods; None while none is known.
    """
    return [node for node in of_workspaces(nodes, pools) if not hindrance(node, _tolerated(node, tolerations))]


def of_workspaces(nodes: Sequence[Node], pools: Collection[str]) -> list[Node]:
    """Whether they can take one now or not."""
    named = pools or {node.pool for node in nodes if node.pool and "workspace" in node.pool.lower()}
    return [node for node in nodes if node.pool in named] if named else list(nodes)


def hindrance(node: Node, tolerations: Collection[Toleration]) -> str:
    """Why no workspace can land there; empty where one can."""
    if node.deleting:
        return "being removed"
    if node.ready is not True:
        return "not ready" if node.ready is False else "not known to be ready"
    if node.unschedulable:
        return "cordoned"
    if node.disk_pressure:
        return "short of disk"
    taint = hindering(node.taints, tolerations)
    return f"{_TAINTED} {taint.key}" if taint is not None else ""


def to_move(
    nodes: Iterable[Node],
    pools: Collection[str],
    tolerations: Collection[Toleration] | None,
    with_workspaces: Collection[str],
) -> list[Node]:
    """Of the workspaces' nodes those that take none now, and whose pods need room elsewhere.

    A tainted one keeps what is not meant for workspaces. `with_workspaces`: names of nodes that hold some.
    """
    every = ((node, hindrance(node, _tolerated(node, tolerations))) for node in of_workspaces(list(nodes), pools))
    return [node for node, why in every if why and (not why.startswith(_TAINTED) or node.name in with_workspaces)]


def hindrances(nodes: Iterable[Node], pools: Collection[str], tolerations: Collection[Toleration] | None = None) -> str:
    """How many of the workspaces' nodes take none now, by reason; empty where all do."""
    whys = Counter(hindrance(node, _tolerated(node, tolerations)) for node in of_workspaces(list(nodes), pools))
    return ", ".join(f"{count} {why}" for why, count in whys.most_common() if why)


def _tolerated(node: Node, tolerations: Collection[Toleration] | None) -> Collection[Toleration]:
    """Before the first workspace runs, a pool's own taints are taken to be meant for the workspaces."""
    if tolerations is not None:
        return tolerations
    return _EVERYTHING if node.pool else ()
