"""Sources that answer, hang, fail and fall silent at set times; for virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workshop_tui.errors import SourceError
from workshop_tui.model.idle_timeout import part_came
from workshop_tui.model.source import SourceKey, SourceKind

POLLED: SourceKind[object] = SourceKind("polled", "polled thing", per_region=False, stale_after_s=30)
WATCHED: SourceKind[object] = SourceKind("watched", "watched thing", per_region=True, stale_after_s=30)

HANG = float("inf")


@dataclass(frozen=True)
class After:
    """`says` is items, or the error to raise, `wait_s` seconds after one began to wait for it.

    With `parts`, so many come before it, each after as long.
    """

    wait_s: float
    says: object
    parts: int = 0


async def _say(step: After) -> object:
    for _ in range(step.parts):
        await asyncio.sleep(step.wait_s)
        part_came()
    if step.wait_s == HANG:
        await asyncio.Event().wait()
    await asyncio.sleep(step.wait_s)
    if isinstance(step.says, BaseException):
        raise step.says
    return step.says


@dataclass
class TimedPoll:
    """Takes a step for each question; the last one again and again."""

    steps: Sequence[After]
    kind: SourceKind[Any] = POLLED
    region: str | None = None
    interval_s: float = 10.0
    timeout_s: float = 5.0
    asked_at_s: list[float] = field(default_factory=list)
    cancelled: int = 0

    @property
    def key(self) -> SourceKey:
        return SourceKey(self.kind.name, self.region)

    async def collect(self) -> object:
        loop = asyncio.get_running_loop()
        self.asked_at_s.append(loop.time() - 1000)
        step = self.steps[min(len(self.asked_at_s), len(self.steps)) - 1]
        try:
            return await _say(step)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@dataclass
class TimedWatch:
    """Each stream takes the next script; the last one again and again. A script that runs out ends the stream."""

    scripts: Sequence[Sequence[After]]
    kind: SourceKind[Any] = WATCHED
    region: str | None = "ohio"
    interval_s: float = 10.0
    timeout_s: float = 5.0
    opened_at_s: list[float] = field(default_factory=list)
    closed_at_s: list[float] = field(default_factory=list)

    @property
    def key(self) -> SourceKey:
        return SourceKey(self.kind.name, self.region)

    async def stream(self) -> AsyncIterator[object]:
        loop = asyncio.get_running_loop()
        self.opened_at_s.append(loop.time() - 1000)
        try:
            for step in self.scripts[min(len(self.opened_at_s), len(self.scripts)) - 1]:
                yield await _say(step)
        finally:
            self.closed_at_s.append(loop.time() - 1000)


def error_of(reading_error: SourceError | None) -> str:
    return "" if reading_error is None else f"{reading_error.kind.value}: {reading_error.message}"
