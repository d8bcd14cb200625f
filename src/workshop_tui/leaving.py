"""Leaving once all is on disk, or saying what is not; and what is offered when the database is gone."""

from __future__ import annotations

from textual.widgets import Input, TextArea

from workshop_tui.drafts import AppWithDrafts
from workshop_tui.errors import WorkshopError
from workshop_tui.last_resort import LastResort
from workshop_tui.screens.modals.note_editor import NoteEditor
from workshop_tui.screens.modals.trouble import Trouble
from workshop_tui.screens.room import DEEDS, Room


class AppToLeave(AppWithDrafts):
    """Nothing that was typed is lost unsaid."""

    def __init__(self) -> None:
        super().__init__()
        self._leaving = False
        self._told_lost = False
        self._typed_is_on_disk = True
        self.last_resort: LastResort | None = None
        """Whoever runs this in a process of its own sets it: it ends that process."""

    def not_on_disk(self) -> str:
        """What would be lost if we ended now, in words; "" for nothing. May be asked by another thread."""
        recorded = self.runtime.unsaved() if self.runtime is not None else ""
        return ", ".join(filter(None, ("" if self._typed_is_on_disk else "what was typed last", recorded)))

    def give_terminal_back(self) -> None:
        """At once, whatever the event loop does."""
        if self._driver is not None:
            self._driver.stop_application_mode()

    async def action_quit(self) -> None:
        if self.last_resort is not None:
            self.last_resort.arm(1)
        self._typed_is_on_disk = False
        screens = [screen for stack in self._screen_stacks.values() for screen in stack if screen.is_mounted]
        saved = [await screen.leave() for screen in screens if isinstance(screen, Room | NoteEditor)]
        if not (all(saved) and await self.save_drafts()) and not self._leaving:
            self._leaving = True
            if self.last_resort is not None:
                self.last_resort.disarm()
            self.notify(
                "Not all that was typed is on disk. Press q again to leave and lose it.", severity="error", timeout=15
            )
            self.offer_copy()
            return
        if deeds := [worker for worker in self.workers if worker.group == DEEDS]:  # without any it would wait for all
            await self.workers.wait_for_complete(deeds)
        self._typed_is_on_disk = True
        self.exit()

    def offer_copy(self) -> None:
        """Once for each loss of the database: to save elsewhere what it holds and what was typed since."""
        runtime = self.runtime
        if runtime is None or (lost := runtime.store.lost) is None:
            return
        from workshop_tui.engine.rescue import place_for_copy, rescue  # noqa: PLC0415  # loads the store

        self._told_lost = True
        path = place_for_copy(lost.path)

        async def save() -> None:
            try:
                said = await rescue(runtime.store, runtime.clock, self.unsaved_drafts, path)
            except WorkshopError as error:
                self.notify(str(error), severity="error", timeout=60, markup=False)
            else:
                self.notify(said, timeout=60, markup=False)

        def decided(wanted: bool | None) -> None:
            if wanted:
                self.run_worker(save(), group=DEEDS, exit_on_error=True)

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
