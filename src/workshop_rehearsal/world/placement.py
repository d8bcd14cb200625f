"""Which node a pod goes to: the one with the fewest workspaces that has room."""

from __future__ import annotations

import heapq

from workshop_rehearsal.world.objects import Node, PodTemplate, Resources


class Placement:
    """The nodes of one pool, ordered by how many workspaces they hold; ties go to the older node."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Node]] = []
        self._order: dict[str, int] = {}
        self._added = 0
        self._refused: Resources | None = None
        """What found no room since the last change: asking for as much again needs no look."""
        self._aside: list[tuple[int, int, Node]] = []
        """Nodes that had no room for `_aside_for` and have not changed since."""
        self._aside_for: Resources | None = None

    def add(self, node: Node) -> None:
        self._added += 1
        self._order[node.uid] = self._added
        self.changed(node)

    def remove(self, node: Node) -> None:
        del self._order[node.uid]
        self._heap = [entry for entry in [*self._heap, *self._aside] if entry[2] is not node]
        self._aside = []
        heapq.heapify(self._heap)

    def changed(self, node: Node) -> None:
        self._refused = None
        if node.uid not in self._order:
            return
        heapq.heappush(self._heap, (node.workspace_count, self._order[node.uid], node))

    def choose(self, template: PodTemplate) -> Node | None:
        if self._refused is not None and _covers(template.requests, self._refused):
            return None
        if self._aside_for is None or not _covers(template.requests, self._aside_for):
            for entry in self._aside:
                heapq.heappush(self._heap, entry)
            self._aside = []
            self._aside_for = template.requests
        chosen = None
        seen: set[str] = set()
        while self._heap and chosen is None:
            entry = heapq.heappop(self._heap)
            count, _, node = entry
            if count != node.workspace_count or node.uid in seen:
                continue
            seen.add(node.uid)
            if _has_room(node, template):
                chosen = node
                heapq.heappush(self._heap, entry)
            else:
                self._aside.append(entry)
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
