"""How long people wait when they start their workspaces within minutes of each other."""

from __future__ import annotations

import heapq
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_ROUNDING = 1e-9
_GOLDEN = (math.sqrt(5) - 1) / 2


def at_share(ascending: Sequence[float], share: float) -> float:
    """By nearest rank; 0 of nothing."""
    if not ascending:
        return 0.0
    return ascending[max(0, math.ceil(share * len(ascending) - _ROUNDING) - 1)]


@dataclass(frozen=True, slots=True)
class Queue:
    """The builds of one start, in the order of arrival."""

    waits_s: tuple[float, ...]
    """Of each person, until their build begins; ascending."""
    waves: tuple[int, ...]
    """People who start without waiting, then those who wait up to one usual build, up to two, ...; sums to all."""

    @property
    def p50_s(self) -> float:
        return at_share(self.waits_s, 0.50)

    @property
    def p95_s(self) -> float:
        return at_share(self.waits_s, 0.95)


def queue_of(people: int, within_s: float, builds_s: Sequence[float], provisioners: int) -> Queue:
    """First come first served: people come evenly over `within_s`, their builds are as long as the measured ones.

    These are dealt so that any few of them are spread like all. Raises `ValueError` unless there is a provisioner and
    every build takes time.
    """
    if people < 0 or within_s < 0 or not builds_s or min(builds_s) <= 0 or provisioners < 1:
        raise ValueError("expected people and an arrival of at least 0, builds over 0 s, and at least one provisioner")
    lengths_s = sorted(builds_s)
    usual_s = statistics.median(lengths_s)
    free_at_s = [0.0] * provisioners
    waits = []
    for person in range(people):
        arrives_s = person * within_s / people
        begins_s = max(arrives_s, free_at_s[0])
        heapq.heapreplace(free_at_s, begins_s + lengths_s[int(person * _GOLDEN % 1 * len(lengths_s))])
        waits.append(begins_s - arrives_s)
    waits.sort()
    by_wave = [math.ceil(wait / usual_s - _ROUNDING) for wait in waits]
    waves = tuple(by_wave.count(wave) for wave in range(max(by_wave, default=-1) + 1))
    return Queue(tuple(waits), waves)


@dataclass(frozen=True, slots=True)
class TemplateDemand:
    """What the largest running workspace of a template may use; None: nothing says."""

    template: str
    """Empty: Coder does not tell it."""
    workspace_count: int
    cpu_cores: float | None
    memory_gib: float | None
    storage_gib: float | None
    limited: bool
    """False: where a limit is missing, what it asks for is taken."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Of one workspace, the largest that is known."""

    cpu_cores: float
    memory_gib: float
    storage_gib: float | None
    told_by: str
    templates: tuple[TemplateDemand, ...] = ()


@dataclass(frozen=True, slots=True)
class Builds:
    """How long builds take: at least one, ascending."""

    lengths_s: tuple[float, ...]
    told_by: str

    @property
    def usual_s(self) -> float:
        return statistics.median(self.lengths_s)

    @property
    def p95_s(self) -> float:
        return at_share(self.lengths_s, 0.95)


@dataclass(frozen=True, slots=True)
class PastWorkshop:
    """What an earlier workshop really took, at its worst moment; None: not recorded."""

    title: str
    starts_at: datetime
    expected_people: int
    workspaces: float | None
    """At once, in all regions."""
    storage_share: float | None
    """Of the fullest node's disk."""
    build_wait_p95_s: float | None
    build_p50_s: float | None
    start_p50_s: float | None
    start_p95_s: float | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the expected people need, and how they would wait."""

    people: int
    people_told_by: str
    demand: Demand
    provisioners: int
    gateway_replicas: int | None
    """None: there is no gateway to scale."""
    within_s: float
    builds: Builds
    queue: Queue
    commands: tuple[str, ...]
    """`NAME` stands for what the command before lists."""
    past: PastWorkshop | None = None
    """The last one that was recorded; None: none was."""
    troubles: tuple[str, ...] = ()
    """What could not be asked, and why."""

    @property
    def cpu_cores(self) -> float:
        """Of everybody together, as the two below."""
        return self.people * self.demand.cpu_cores

    @property
    def memory_gib(self) -> float:
        return self.people * self.demand.memory_gib

    @property
    def storage_gib(self) -> float | None:
        """None: nothing tells it."""
        return None if self.demand.storage_gib is None else self.people * self.demand.storage_gib
