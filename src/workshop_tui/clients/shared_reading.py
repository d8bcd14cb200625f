"""One reading of a secret for all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from workshop_tui.errors import SourceError

Value = TypeVar("Value")


class SharedReading(Generic[Value]):
    """Reads at the first question, and again when what it gave is refused; all who ask meanwhile share one reading."""

    def __init__(
        self, read: Callable[[], Awaitable[Value]], *, pause_s: float = 0, longest_pause_s: float = 60
    ) -> None:
        """`read` raises `SourceError`. A failure is remembered for `pause_s`, each further one for twice as long."""
        self._read = read
        self._first_pause_s = pause_s
        self._longest_pause_s = longest_pause_s
        self._pause_s = pause_s
        self._rests_until_s = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._value: Value | None = None
        self._error: Exception | None = None

    async def get(self, refused: Value | None = None) -> Value:
        """`refused`: the value that was tried in vain. Raises the `SourceError` of the shared reading."""
        if self._reading is None and not self._rests():
            if self._value is not None and self._value != refused:
                return self._value
            self._reading = asyncio.create_task(self._read_once())
        if self._reading is not None:
            await asyncio.shield(self._reading)
        if isinstance(self._error, SourceError):
            raise SourceError(self._error.kind, self._error.message)
        if self._error is not None:
            raise self._error
        assert self._value is not None  # noqa: S101  # there is an error or a value
        return self._value

    def _rests(self) -> bool:
        return self._error is not None and asyncio.get_running_loop().time() < self._rests_until_s

    async def _read_once(self) -> None:
        try:
            self._value, self._error = await self._read(), None
            self._pause_s = self._first_pause_s
        except Exception as error:  # noqa: BLE001  # whoever waits gets it
            self._error = error
            self._rests_until_s = asyncio.get_running_loop().time() + self._pause_s
            self._pause_s = min(self._pause_s * 2, self._longest_pause_s)
        finally:
            self._reading = None
