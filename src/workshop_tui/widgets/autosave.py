"""Saves while a person types: a little after the last key, and never much later than the first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from workshop_tui.errors import WorkshopError


class Autosave:
    """Saves run one after another; a failed save is said, kept as unsaved and tried again.

    `after_s`: since the last key; `latest_s`: since the first that is not saved; `again_s`: since a save that failed.
    `kept` hears after each try whether all is saved, so that a text may be kept elsewhere while it is not.
    """

    def __init__(
        self,
        owner: MessagePump,
        save: Callable[[], Awaitable[None]],
        say: Callable[[str], None],
        kept: Callable[[bool], None] = lambda _: None,
        *,
        after_s: float,
        latest_s: float,
        again_s: float,
    ) -> None:
        self._after_s, self._latest_s, self._again_s = after_s, latest_s, again_s
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
        self._idle = self._owner.set_timer(self._after_s, self.flush)
        if self._latest is None:
            self._latest = self._owner.set_timer(self._latest_s, self.flush)

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
                self._latest = self._owner.set_timer(self._again_s, self.flush)
                return False
        self._say("saved")
        self._kept(True)
        return True
