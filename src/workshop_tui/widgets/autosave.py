"""Saves while a person types: half a second after the last key, and never later than 0.8 s after the first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from workshop_tui.errors import WorkshopError

_AFTER_LAST_KEY_S = 0.4
_AT_THE_LATEST_S = 0.7


class Autosave:
    """Saves run one after another; a failed save is said, kept as unsaved and tried again.

    `kept` hears after each try whether all is saved, so that a text may be kept elsewhere while it is not.
    """

    def __init__(
        self,
        owner: MessagePump,
        save: Callable[[], Awaitable[None]],
        say: Callable[[str], None],
        kept: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._kept = kept
        self._owner = owner
        self._save = save
        self._say = say
        self._idle: Timer | None = None
        self._latest: Timer | None = None
        self._lock = asyncio.Lock()

    def touch(self) -> None:
        """A key was typed."""
        self._say("…")
        if self._idle:
            self._idle.stop()
        self._idle = self._owner.set_timer(_AFTER_LAST_KEY_S, self.flush)
        if self._latest is None:
            self._latest = self._owner.set_timer(_AT_THE_LATEST_S, self.flush)

    async def leave(self) -> bool:
        """As `flush`; until it is saved it is kept elsewhere, for a store that hangs does not say so in time."""
        if self._idle or self._latest or self._lock.locked():
            self._kept(False)
        return await self.flush()

    async def flush(self) -> bool:
        """Save now; whether all that was typed is on disk."""
        for timer in (self._idle, self._latest):
            if timer:
                timer.stop()
        self._idle = self._latest = None
        async with self._lock:
            try:
                await self._save()
            except WorkshopError as error:
                self._say(f"not saved, kept as a draft: {error}")
                self._kept(False)
                self._latest = self._owner.set_timer(3, self.flush)
                return False
        self._say("saved")
        self._kept(True)
        return True
