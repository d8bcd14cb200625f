"""How fast each node's storage fills, over the last ten minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from workshop_tui.model.kubernetes import NodeStorage

_WINDOW = timedelta(minutes=10)
_LEAST = timedelta(seconds=60)
"""A slope over less is noise."""

NodeKey = tuple[str, str]
"""(region, node)"""


class StorageTrends:
    def __init__(self) -> None:
        self._points: dict[NodeKey, deque[tuple[datetime, int]]] = {}
        self._file_systems: dict[NodeKey, str] = {}
        self._new_at: dict[NodeKey, datetime] = {}
        """When each node's last point came."""
        self.slopes: dict[NodeKey, float] = {}
        """Bytes a second; only nodes that fill."""

    def feed(self, region: str, storage: Iterable[NodeStorage], now: datetime) -> None:
        """All nodes of a region, as they were told last. A time that goes back, or another disk, begins anew."""
        seen = set()
        for node in storage:
            key = (region, node.node)
            seen.add(key)
            at, used = node.measured_at or now, node.capacity_bytes - node.available_bytes
            points = self._points.setdefault(key, deque())
            if self._file_systems.get(key) != node.file_system:
                points.clear()
                self._file_systems[key] = node.file_system
            if points and at == points[-1][0]:
                continue
            if points and at < points[-1][0]:
                points.clear()
            points.append((at, used))
            self._new_at[key] = now
            while points and at - points[0][0] > _WINDOW:
                points.popleft()
            self._judge(key, points)
        for key in [key for key in self._points if key[0] == region and key not in seen]:
            del self._points[key], self._new_at[key], self._file_systems[key]
            self.slopes.pop(key, None)

    def forget_old(self, region: str, before: datetime) -> None:
        """A slope that no point confirmed since then tells nothing of now."""
        for key in [key for key in self.slopes if key[0] == region and self._new_at[key] < before]:
            del self.slopes[key]

    def full_in(self, region: str, node: NodeStorage) -> timedelta | None:
        """Until nothing is left, as it goes now; None: it does not fill, or too little is known."""
        slope = self.slopes.get((region, node.node))
        if slope is None:
            return None
        return timedelta(seconds=min(max(0, node.available_bytes) / slope, timedelta.max.total_seconds() / 2))

    def _judge(self, key: NodeKey, points: deque[tuple[datetime, int]]) -> None:
        (first_at, first), (last_at, last) = points[0], points[-1]
        span = last_at - first_at
        if span < _LEAST or last <= first:
            self.slopes.pop(key, None)
        else:
            self.slopes[key] = (last - first) / span.total_seconds()
