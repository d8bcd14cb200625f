"""Which nodes take workspaces."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from workshop_tui.model.kubernetes import Node


def workspace_nodes(nodes: Sequence[Node], pools: Collection[str]) -> list[Node]:
    """Nodes that may take a workspace now. `pools`: empty for those with "workspace" in the name, else all nodes."""
    usable = [node for node in nodes if node.ready is not False and not node.unschedulable and not node.disk_pressure]
    named = pools or {node.pool for node in nodes if node.pool and "workspace" in node.pool.lower()}
    return [node for node in usable if node.pool in named] if named else usable
