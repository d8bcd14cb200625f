"""A note that is on disk while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from workshop_tui.errors import WorkshopError
from workshop_tui.widgets.autosave import Autosave
from workshop_tui.widgets.closed_watchers import forget_closed_watchers

if TYPE_CHECKING:
    from workshop_tui.engine.record import WorkshopRecord


class NoteEditor(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+s", "close", "Close", id="note.close")]

    def __init__(self, record: WorkshopRecord, item_id: str, title: str, note: str) -> None:
        super().__init__()
        self._record = record
        self._item_id = item_id
        self._title = title
        self._note = note
        self._autosave = Autosave(self, self._save, self._say)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"Note: {self._title}", classes="title", markup=False)
            yield TextArea(self._note, soft_wrap=True, tab_behavior="focus")
            yield Label("saved while you type · esc leaves", classes="hint", id="saved", markup=False)

    def on_unmount(self) -> None:
        forget_closed_watchers(self.app)  # a text area watches the theme

    async def _save(self) -> None:
        text = self.query_one(TextArea).text
        if text != self._note:
            base, self._note = self._note, text
            try:
                state = await self._record.set_note(self._item_id, text, base)
            except WorkshopError:
                self._note = base
                raise
            if state.note != text:
                self._note = state.note

    def _say(self, words: str) -> None:
        self.query_one("#saved", Label).update(words)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._autosave.touch()

    async def action_close(self) -> None:
        if await self._autosave.flush():
            self.dismiss(None)
