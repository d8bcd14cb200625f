"""The newest reading of each source, and who wants to hear of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType

from workshop_tui.model.source import Reading, SourceKey

Listener = Callable[[frozenset[SourceKey]], None]


class State:
    """Listeners hear every `gather_s` at most which sources changed; a mere refresh of the age is no change."""

    def __init__(self, gather_s: float = 0.1) -> None:
        self._gather_s = gather_s
        self._readings: dict[SourceKey, Reading] = {}
        self._listeners: list[Listener] = []
        self._changed: set[SourceKey] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._told_at = float("-inf")

    @property
    def readings(self) -> Mapping[SourceKey, Reading]:
        return MappingProxyType(self._readings)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, reading: Reading) -> None:
        before = self._readings.get(reading.source)
        self._readings[reading.source] = reading
        if before is not None and before.error == reading.error and _same(before.items, reading.items):
            return
        self._changed.add(reading.source)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._told_at + self._gather_s), self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._told_at = asyncio.get_running_loop().time()
        changed = frozenset(self._changed)
        self._changed.clear()
        for listener in tuple(self._listeners):
            listener(changed)


def _same(before: object, after: object) -> bool:
    return before is after or before == after
