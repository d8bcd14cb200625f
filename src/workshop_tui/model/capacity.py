"""How long people wait when they start their workspaces within minutes of each other."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Queue:
    """The builds of one start, in the order of arrival."""

    waits_s: tuple[float, ...]
    """Of each person, until their build begins; ascending."""
    waves: tuple[int, ...]
    """People who start without waiting, then those who wait up to one build, up to two, ...; sums to all people."""

    @property
    def p50_s(self) -> float:
        return self._percentile(0.50)

    @property
    def p95_s(self) -> float:
        return self._percentile(0.95)

    def _percentile(self, share: float) -> float:
        """By nearest rank; 0 where nobody comes."""
        if not self.waits_s:
            return 0.0
        return self.waits_s[max(0, math.ceil(share * len(self.waits_s) - _ROUNDING) - 1)]


def queue_of(people: int, within_s: float, build_s: float, provisioners: int) -> Queue:
    """Exact, first come first served: people come evenly over `within_s`, each build takes `build_s`.

    Raises `ValueError` unless there is a provisioner and a build takes time.
    """
    if people < 0 or within_s < 0 or build_s <= 0 or provisioners < 1:
        raise ValueError("expected people and an arrival of at least 0, builds over 0 s, and at least one provisioner")
    free_at_s = [0.0] * provisioners
    waits = []
    for person in range(people):
        arrives_s = person * within_s / people
        begins_s = max(arrives_s, free_at_s[0])
        heapq.heapreplace(free_at_s, begins_s + build_s)
        waits.append(begins_s - arrives_s)
    waits.sort()
    by_wave = [math.ceil(wait / build_s - _ROUNDING) for wait in waits]
    waves = tuple(by_wave.count(wave) for wave in range(max(by_wave, default=-1) + 1))
    return Queue(tuple(waits), waves)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the expected people need, and how they would wait."""

    people: int
    people_told_by: str
    cpu_cores: float
    memory_gib: float
    storage_gib: float | None
    """All for everybody together; storage None: nothing tells it."""
    provisioners: int
    gateway_replicas: int | None
    """None: there is no gateway to scale."""
    within_s: float
    build_s: float
    build_told_by: str
    queue: Queue
    commands: tuple[str, ...]
    """`NAME` stands for a deployment that the first command lists."""
