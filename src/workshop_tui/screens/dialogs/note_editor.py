"""A note that is on disk while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from workshop_tui.errors import WorkshopError
from workshop_tui.model.draft import Draft
from workshop_tui.widgets.autosave import Autosave
from workshop_tui.widgets.closed_watchers import forget_closed_watchers

if TYPE_CHECKING:
    from workshop_tui.observing.pace import Pace
    from workshop_tui.session.record import WorkshopRecord


class TextDrafts(Protocol):
    """Each workshop has its own; a `place` says which text it is of."""

    def keep_text_draft(self, place: str, draft: Draft) -> None: ...

    def drop_text_draft(self, place: str) -> None: ...


class NoteEditor(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+s", "close", "Close", id="note.close")]

    def __init__(
        self,
        record: WorkshopRecord,
        item_id: str,
        title: str,
        note: str,
        drafts: TextDrafts,
        pace: Pace,
        draft: Draft | None = None,
    ) -> None:
        """`draft`: what could not be saved the last time."""
        super().__init__()
        self._drafts = drafts
        self._text = draft.text if draft else note
        self._record = record
        self._item_id = item_id
        self._title = title
        self._note = draft.base if draft else note
        self._autosave = Autosave(
            self,
            self._save,
            self._say,
            self._kept,
            after_s=pace.autosave_s,
            latest_s=pace.autosave_latest_s,
            again_s=pace.autosave_again_s,
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"Note: {self._title}", classes="title", markup=False)
            yield TextArea(self._text, soft_wrap=True, tab_behavior="focus")
            yield Label("saved while you type · esc leaves", classes="hint", id="saved", markup=False)

    def on_unmount(self) -> None:
        forget_closed_watchers(self.app)  # a text area watches the theme

    def on_mount(self) -> None:
        if self._text != self._note:
            self._autosave.touch()

    async def _save(self) -> None:
        area = self.query_one(TextArea)
        text = area.text
        if text != self._note:
            base, self._note = self._note, text
            try:
                state = await self._record.set_note(self._item_id, text, base)
            except WorkshopError:
                self._note = base
                raise
            if state.note == text:
                return
            if area.text == text:
                self._show(state.note)
            else:
                self._note = base  # merged while typing went on: the old base makes the next save merge again

    def _show(self, note: str) -> None:
        """What another wrote meanwhile stands in the text too, or the next save would take it out again."""
        area = self.query_one(TextArea)
        place = area.cursor_location
        self._note = note
        area.load_text(note)
        area.move_cursor(place)

    def _say(self, words: str) -> None:
        self.query_one("#saved", Label).update(words)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._autosave.touch()

    def _kept(self, saved: bool) -> None:
        place = f"note.{self._item_id}"
        if saved:
            self._drafts.drop_text_draft(place)
        else:
            self._drafts.keep_text_draft(place, Draft(self.query_one(TextArea).text, self._note))

    async def leave(self) -> bool:
        """Whether all that was typed is on disk."""
        return await self._autosave.leave()

    async def action_close(self) -> None:
        """The text is kept as a draft while it cannot be saved: the room is needed then more than ever."""
        if not await self._autosave.flush():
            words = "The note is not saved. It is kept as a draft, and there again when you open the note."
            self.notify(words, severity="error", timeout=15, markup=False)
        self.dismiss(None)
