"""A time-out that begins anew with each part of a long answer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar


class Patience:
    """Of one question, or of one stream: tasks that it starts count for it as well."""

    def __init__(self) -> None:
        self._timeout: asyncio.Timeout | None = None
        self._limit_s = self._until_s = math.inf

    @asynccontextmanager
    async def within(self, limit_s: float, most_s: float = math.inf) -> AsyncIterator[None]:
        """Raises `TimeoutError` when no part came for `limit_s`, or not the whole in `most_s`."""
        self._limit_s, self._until_s = limit_s, asyncio.get_running_loop().time() + most_s
        token = _patience.set(self)
        try:
            async with asyncio.timeout(limit_s) as self._timeout:
                yield
        finally:
            self._timeout = None
            _patience.reset(token)

    def begin_anew(self) -> None:
        if self._timeout is not None and not self._timeout.expired():
            soon_s = asyncio.get_running_loop().time() + self._limit_s
            self._timeout.reschedule(min(soon_s, self._until_s))


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


def part_came() -> None:
    """A page of a list is a sign of life: whoever waits for the whole waits on."""
    patience = _patience.get()
    if patience is not None:
        patience.begin_anew()
