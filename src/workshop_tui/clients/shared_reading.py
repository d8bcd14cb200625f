"""One reading of a secret for all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from workshop_tui.errors import SourceError

Value = TypeVar("Value")


class SharedReading(Generic[Value]):
    """Reads at the first question, and again when what it gave is refused; all who ask meanwhile share one reading."""

    def __init__(self, read: Callable[[], Awaitable[Value]]) -> None:
        """`read` raises `SourceError`."""
        self._read = read
        self._reading: asyncio.Task[None] | None = None
        self._value: Value | None = None
        self._error: Exception | None = None

    async def get(self, refused: Value | None = None) -> Value:
        """`refused`: the value that was tried in vain. Raises the `SourceError` of the shared reading."""
        if self._reading is None:
            if self._value is not None and self._value != refused:
                return self._value
            self._reading = asyncio.create_task(self._read_once())
        await asyncio.shield(self._reading)
        if isinstance(self._error, SourceError):
            raise SourceError(self._error.kind, self._error.message)
        if self._error is not None:
            raise self._error
        assert self._value is not None  # noqa: S101  # there is an error or a value
        return self._value

    async def _read_once(self) -> None:
        try:
            self._value, self._error = await self._read(), None
        except Exception as error:  # noqa: BLE001  # whoever waits gets it
            self._error = error
        finally:
            self._reading = None
