"""What was typed into a dialog and not yet given: on disk, and there again when the dialog is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App
from textual.timer import Timer

from workshop_tui.errors import WorkshopError
from workshop_tui.model.draft import BASE, Draft
from workshop_tui.observing.pace import USUAL, Pace
from workshop_tui.screens.dialogs.prompt import Prompt

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


class AppWithDrafts(App[None]):
    """Each workshop has its own drafts; a `place` says which dialog they are of."""

    def __init__(self, pace: Pace = USUAL) -> None:
        super().__init__()
        self.pace = pace
        self.runtime: Runtime | None = None
        self._drafts: dict[str, str] = {}
        self._unsaved: set[str] = set()
        self._saving: Timer | None = None
        self.drafts_wait = False
        """The last try to save drafts failed."""

    def ask(
        self,
        title: str,
        place: str,
        decided: Callable[[str | None], None],
        *,
        value: str = "",
        hint: str = "",
        required: bool = False,
    ) -> None:
        """Ask for one line; what was typed is a draft at `place` until it is left, or saved: `Room.do` drops it."""

        def done(text: str | None) -> None:
            if text is None:
                self.drop_draft(place)
            decided(text)

        prompt = Prompt(
            title,
            value=self.draft(place) or value,
            hint=hint,
            required=required,
            keep_draft=lambda text: self.keep_draft(place, text),
        )
        self.push_screen(prompt, done)

    def draft(self, place: str) -> str:
        return self._drafts.get(self._of_workshop(place), "")

    def keep_draft(self, place: str, text: str) -> None:
        """On disk within half a second."""
        place = self._of_workshop(place)
        self._drafts[place] = text
        self._unsaved.add(place)
        if self._saving is None:
            self._saving = self.set_timer(self.pace.autosave_s, self.save_drafts)

    def drop_draft(self, place: str) -> None:
        if self.draft(place):
            self.keep_draft(place, "")

    def keep_text_draft(self, place: str, draft: Draft) -> None:
        self.keep_draft(place, draft.text)
        self.keep_draft(place + BASE, draft.base)

    def drop_text_draft(self, place: str) -> None:
        self.drop_draft(place)
        self.drop_draft(place + BASE)

    def text_draft(self, place: str) -> Draft | None:
        text = self.draft(place)
        return Draft(text, self.draft(place + BASE)) if text else None

    @property
    def unsaved_drafts(self) -> dict[str, str]:
        """Place -> text of what is in memory alone."""
        return {place: self._drafts.get(place, "") for place in sorted(self._unsaved)}

    async def load_drafts(self, runtime: Runtime) -> None:
        self._drafts = await runtime.store.drafts.all()

    async def save_drafts(self) -> bool:
        """Whether all are on disk; what cannot be saved is told once, and tried again."""
        self._saving = None
        if self.runtime is None:
            return not self._unsaved
        try:
            for place in sorted(self._unsaved):
                text = self._drafts.get(place, "")
                await self.runtime.store.drafts.save(place, text)
                if self._drafts.get(place, "") == text:
                    self._unsaved.discard(place)
        except WorkshopError as error:
            if not self.drafts_wait:
                self.drafts_wait = True
                self.notify(f"Not saved: {error}", severity="error", markup=False)
            if self._saving is None and self.is_running:
                self._saving = self.set_timer(self.pace.autosave_again_s, self.save_drafts)
            return False
        if self.drafts_wait:
            self.drafts_wait = False
            self.notify("The store works again; drafts are saved.", timeout=5)
        return True

    def _of_workshop(self, place: str) -> str:
        workshop = self.runtime.workshop if self.runtime else None
        return f"{workshop.id if workshop else 0}.{place}"
