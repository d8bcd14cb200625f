"""Which node a pod goes to: the one with the fewest workspaces that has room."""

from __future__ import annotations

import heapq

from workshop_tui.rehearsal.world.objects import Node, PodTemplate, Resources


class Placement:
    """The nodes of one pool, ordered by how many workspaces they hold; ties go to the older node."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Node]] = []
        self._order: dict[str, int] = {}
        self._added = 0
        self._refused: Resources | None = None
        """What found no room since the last change: asking for as much again needs no look."""

    def add(self, node: Node) -> None:
        self._added += 1
        self._order[node.uid] = self._added
        self.changed(node)

    def remove(self, node: Node) -> None:
        del self._order[node.uid]
        self._heap = [entry for entry in self._heap if entry[2] is not node]
        heapq.heapify(self._heap)

    def changed(self, node: Node) -> None:
        self._refused = None
        if node.uid not in self._order:
            return
        heapq.heappush(self._heap, (node.workspace_count, self._order[node.uid], node))

    def choose(self, template: PodTemplate) -> Node | None:
        if self._refused is not None and _covers(template.requests, self._refused):
            return None
        full: list[tuple[int, int, Node]] = []
        chosen = None
        seen: set[str] = set()
        while self._heap and chosen is None:
            entry = heapq.heappop(self._heap)
            count, _, node = entry
            if count != node.workspace_count or node.uid in seen:
                continue
            seen.add(node.uid)
            full.append(entry)
            if _has_room(node, template):
                chosen = node
        for entry in full:
            heapq.heappush(self._heap, entry)
        if chosen is None:
            self._refused = template.requests
        return chosen


def _covers(one: Resources, other: Resources) -> bool:
    return one.cpu_millicores >= other.cpu_millicores and one.memory_bytes >= other.memory_bytes


def _has_room(node: Node, template: PodTemplate) -> bool:
    return (
        not node.disk_pressure
        and not node.unschedulable
        and template.requests.cpu_millicores <= node.free_cpu_millicores
        and template.requests.memory_bytes <= node.free_memory_bytes
    )
