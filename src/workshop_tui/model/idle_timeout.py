"""A time-out that begins anew with each part of a long answer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from workshop_tui.errors import SourceError

LONGEST_PAUSE_S = 60.0
"""Whoever asks for a longer pause is asked again after this: a mad answer must not blind us."""
_PAUSE_S = 1.0
"""For those that do not say how long, or say nought."""


class IdleTimeout:
    """Of one question, or of one stream: tasks that it starts count for it as well."""

    def __init__(self, told: Callable[[SourceError], None] | None = None) -> None:
        """`told`: hears why the answer waits while it is waited for."""
        self._told = told
        self._timeout: asyncio.Timeout | None = None
        self._limit_s = self._until_s = math.inf

    @asynccontextmanager
    async def within(self, limit_s: float, most_s: float = math.inf) -> AsyncIterator[None]:
        """Raises `TimeoutError` when no part came for `limit_s`, or not the whole in `most_s`."""
        self._limit_s, self._until_s = limit_s, asyncio.get_running_loop().time() + most_s
        token = _idle_timeout.set(self)
        try:
            async with asyncio.timeout(limit_s) as self._timeout:
                yield
        finally:
            self._timeout = None
            _idle_timeout.reset(token)

    def begin_anew(self, pause_s: float = 0.0) -> None:
        """After `pause_s`."""
        if self._timeout is not None and not self._timeout.expired():
            soon_s = asyncio.get_running_loop().time() + pause_s + self._limit_s
            self._timeout.reschedule(min(soon_s, self._until_s))

    def waits(self, error: SourceError, pause_s: float) -> None:
        self.begin_anew(pause_s)
        if self._told is not None:
            self._told(error)


_idle_timeout: ContextVar[IdleTimeout | None] = ContextVar("idle_timeout", default=None)


def part_came() -> None:
    """A page of a list is a sign of life: whoever waits for the whole waits on."""
    idle_timeout = _idle_timeout.get()
    if idle_timeout is not None:
        idle_timeout.begin_anew()


def pause_asked_for(error: SourceError) -> float:
    """Seconds until one that limits the rate may be asked again."""
    return min(max(error.retry_after_s or 0.0, _PAUSE_S), LONGEST_PAUSE_S)


async def wait_as_asked(error: SourceError) -> None:
    """The pause that the server wants counts for no time-out, and is told to whoever waits."""
    pause_s = pause_asked_for(error)
    idle_timeout = _idle_timeout.get()
    if idle_timeout is not None:
        idle_timeout.waits(error, pause_s)
    await asyncio.sleep(pause_s)
