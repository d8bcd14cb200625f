"""An event loop whose clock jumps to the next timer, so that an hour passes in a blink and always alike."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from workshop_tui.model.clock import Clock

Answer = TypeVar("Answer")

BEGAN_AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
_HUNG = "nothing is left that could ever happen"


class _NoWait(selectors.SelectSelector):
    """Never waits: told to wait, it moves the loop's clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[float], None] = lambda _: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError(_HUNG)
        self.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """For what neither opens a socket nor starts a thread."""

    def __init__(self) -> None:
        self._now_s = 1000.0
        selector = _NoWait()
        selector.jump = self._pass
        super().__init__(selector)

    def time(self) -> float:
        return self._now_s

    def _pass(self, seconds: float) -> None:
        # never short of the timer by a rounding error, which would spin
        self._now_s += seconds + 1e-9 if seconds > 0 else 0.0


def in_virtual_time(work: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Run `work` to its end; what it left running is an error."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:

        async def guarded() -> Answer:
            answer = await work()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, left
            return answer

        return runner.run(guarded())


def loop_clock(*, speed: float = 1.0, skew: Callable[[], timedelta] = timedelta) -> Clock:
    """A clock that agrees with the running loop; `skew` is what somebody set it forward by."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()

    def wall() -> datetime:
        return BEGAN_AT + timedelta(seconds=loop.time() - began_s) + skew()

    return Clock(origin=BEGAN_AT, shown_at_origin=BEGAN_AT, speed=speed, wall=wall)
