"""Leaving once all is on disk, or saying what is not; and what is offered when the database is gone."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from textual.widgets import Input, TextArea

from workshop_tui.app.drafts import AppWithDrafts
from workshop_tui.errors import WorkshopError
from workshop_tui.observing.pace import USUAL, Pace
from workshop_tui.screens.dialogs.note_editor import NoteEditor
from workshop_tui.screens.dialogs.trouble import Trouble
from workshop_tui.screens.room import WRITES, Room
from workshop_tui.system.last_resort import LastResort

_SAVED_WITHIN_S = 1.2
"""Of the time in which the program ends; then there is still some for a text file."""
_GIVEN_BACK_WITHIN_S = 0.3
"""A terminal that is held up takes nothing at all."""


class AppToLeave(AppWithDrafts):
    """Nothing that was typed is lost unsaid."""

    def __init__(self, pace: Pace = USUAL) -> None:
        super().__init__(pace)
        self._leaving = False
        self._told_lost = False
        self._typed_is_on_disk = True
        self.last_words = ""
        """What the person must know once the terminal is given back."""
        self.last_resort: LastResort | None = None
        """Whoever runs this in a process of its own sets it: it ends that process."""

    def not_on_disk(self) -> str:
        """What would be lost if we ended now, in words; "" for nothing. May be asked by another thread."""
        recorded = self.runtime.unsaved() if self.runtime is not None else ""
        typed = "" if self._typed_is_on_disk else "what was typed last"
        return ", ".join(filter(None, (self.last_words or typed, recorded)))

    def give_terminal_back(self) -> None:
        """At once, whatever the event loop does."""
        if self._driver is None:
            return
        self._driver.stop_application_mode()
        writes = threading.Thread(target=self._driver.close, daemon=True)  # all that waits to be written
        writes.start()
        writes.join(_GIVEN_BACK_WITHIN_S)

    async def action_quit(self) -> None:
        if self.last_resort is not None:
            self.last_resort.arm(1)
        if not await self._save_all() and not self._leaving:
            self._leaving = True
            if self.last_resort is not None:
                self.last_resort.disarm()
            self.notify(
                "Not all that was typed is on disk. Press q again to leave and lose it.", severity="error", timeout=15
            )
            self.offer_copy()
            return
        await self._end_writes()
        self._typed_is_on_disk = True
        self.exit()

    async def leave_at_once(self, return_code: int) -> None:
        """Without a question, for nobody may be there to answer: what cannot be saved goes into a text file."""
        saved = False
        with suppress(TimeoutError):
            async with asyncio.timeout(_SAVED_WITHIN_S):
                saved = await self._save_all()
        if not saved:
            self.last_words = await self._write_unsaved()
        await self._end_writes()
        self._typed_is_on_disk = True
        self.exit(return_code=return_code)

    async def _save_all(self) -> bool:
        """Whether all that was typed is on disk."""
        self._typed_is_on_disk = False
        screens = [screen for stack in self._screen_stacks.values() for screen in stack if screen.is_mounted]
        saved = [await screen.leave() for screen in screens if isinstance(screen, Room | NoteEditor)]
        return await self.save_drafts() and all(saved)

    async def _end_writes(self) -> None:
        if writes := [worker for worker in self.workers if worker.group == WRITES]:  # without any it would wait for all
            await self.workers.wait_for_complete(writes)

    async def _write_unsaved(self) -> str:
        """Where the texts are now, in one line."""
        if self.runtime is None or not any(self.unsaved_drafts.values()):
            return ""
        from workshop_tui.store.rescue import place_for_copy, write_texts  # noqa: PLC0415  # loads the store

        path = place_for_copy(self.runtime.store.path).with_suffix(".txt")
        try:
            await asyncio.to_thread(write_texts, self.unsaved_drafts, path)
        except WorkshopError as error:
            return f"what was typed last is not saved: {error}"
        return f"the database did not take what was typed last: it is in {path}"

    def offer_copy(self) -> None:
        """Once for each loss of the database: to save elsewhere what it holds and what was typed since."""
        runtime = self.runtime
        if runtime is None or (lost := runtime.store.lost) is None:
            return
        from workshop_tui.store.rescue import place_for_copy, rescue  # noqa: PLC0415  # loads the store

        self._told_lost = True
        path = place_for_copy(lost.path)

        async def save() -> None:
            try:
                said = await rescue(runtime, self.unsaved_drafts, path)
            except WorkshopError as error:
                self.notify(str(error), severity="error", timeout=60, markup=False)
            else:
                self.notify(said, timeout=60, markup=False)

        def decided(wanted: bool | None) -> None:
            if wanted:
                self.run_worker(save(), group=WRITES, exit_on_error=True)

        offer = f"save all in {path.name}"
        trouble = Trouble(str(lost), offer=offer, title="The database is gone", leaving="closes this")
        self.push_screen(trouble, decided)

    def tell_lost(self) -> None:
        """Not while somebody types: the strip says it meanwhile."""
        lost = self.runtime.store.lost if self.runtime else None
        if lost is None:
            self._told_lost = False
        elif not self._told_lost and isinstance(self.screen, Room) and not isinstance(self.focused, Input | TextArea):
            self.offer_copy()
