"""Room 5: the retrospective, edited in place, with the facts filled in beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Label, Markdown, TextArea

from workshop_tui.model.draft import Draft
from workshop_tui.model.topic import Topic
from workshop_tui.present.cell import Column, Row, Tone, cell
from workshop_tui.screens.offered import offered
from workshop_tui.screens.room import Room
from workshop_tui.widgets.autosave import Autosave
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workshop_tui.model.guide import RetrospectiveSection


class RetrospectiveRoom(Room):
    CSS_PATH = "retrospective.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "edit", id="retrospective.edit", tooltip="Write in this section"),
        Binding(
            "p",
            "preview",
            "preview",
            id="retrospective.preview",
            tooltip="Show the section with its facts, where the screen is narrow",
        ),
        Binding("escape", "back", "sections", id="retrospective.back", tooltip="Back to the list of sections"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._section_id: str | None = None
        self._base_revision = 0
        self._base_text = ""

    def compose_room(self) -> ComposeResult:
        pace = self.control_room.pace
        self._autosave = Autosave(
            self,
            self._save,
            self._say,
            self._kept,
            after_s=pace.autosave_s,
            latest_s=pace.autosave_latest_s,
            again_s=pace.autosave_again_s,
        )
        with Horizontal(id="body"):
            yield RowList((Column(2), Column(10, flexible=True)), id="sections")
            with Vertical(id="writing"):
                yield Label("", id="saved", markup=False)
                yield TextArea(id="text", soft_wrap=True, tab_behavior="focus")
            with VerticalScroll(id="preview"):
                yield Markdown(open_links=False)

    @property
    def _sections(self) -> RowList:
        return self.query_one("#sections", RowList)

    @property
    def _text(self) -> TextArea:
        return self.query_one("#text", TextArea)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if not self._text.has_focus:
            self._sections.focus()

    async def on_screen_suspend(self) -> None:
        await self._autosave.flush()

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if topics & {Topic.RETROSPECTIVE, Topic.WORKSHOP}:
            self._show_sections()
            self._take_over_others()
        if topics & {Topic.RETROSPECTIVE, Topic.INCIDENTS, Topic.WORKSHOP}:
            self._show_preview()

    def _guide_section(self, section_id: str | None) -> RetrospectiveSection | None:
        sections = self.runtime.guide.retrospective if self.runtime else ()
        return next((section for section in sections if section.id == section_id), None)

    def _show_sections(self) -> None:
        if self.runtime is None or self.record is None:
            return
        self._text.read_only = not offered("edit", self.runtime)
        written = self.record.retrospective
        rows = [
            Row(
                section.id,
                (cell("✎", Tone.ACCENT) if section.id in written else cell("·", Tone.MUTED), cell(section.title)),
            )
            for section in self.runtime.guide.retrospective
        ]
        self._sections.update_rows(rows)
        if self._section_id is None and self._sections.cursor_key:
            self._open_section(self._sections.cursor_key)

    @on(RowList.Moved)
    async def _moved(self, event: RowList.Moved) -> None:
        if event.key == self._section_id:
            return
        await self._autosave.flush()
        self._open_section(event.key)

    def _open_section(self, section_id: str) -> None:
        section = self._guide_section(section_id)
        if section is None or self.record is None:
            return
        saved = self.record.retrospective.get(section_id)
        self._section_id = section_id
        self._base_revision = saved.revision if saved else 0
        self._base_text = saved.text if saved else section.template
        draft = self.control_room.text_draft(f"retrospective.{section_id}")
        if draft is not None:
            self._base_revision = int(draft.base or 0)
            self._text.load_text(draft.text)
            self._say("a draft that is not saved yet")
            self._autosave.touch()
            self._show_preview()
            return
        self._text.load_text(self._base_text)
        self._say("written by " + saved.changed_by if saved else "the guide's template: nobody has written here yet")
        self._show_preview()

    def _take_over_others(self) -> None:
        """Another window's words appear at once where nothing unsaved stands against them."""
        record, section_id = self.record, self._section_id
        if record is None or section_id is None:
            return
        saved = record.retrospective.get(section_id)
        if saved is None or saved.revision == self._base_revision or self._text.text != self._base_text:
            return
        self._replace(saved.text)
        self._base_revision = saved.revision
        self._say(f"written by {saved.changed_by}")

    def _replace(self, text: str) -> None:
        if self._text.text != text:
            place = self._text.cursor_location
            self._base_text = text
            self._text.load_text(text)
            self._text.move_cursor(place)
        self._base_text = text

    async def _save(self) -> None:
        record, section_id, text = self.record, self._section_id, self._text.text
        if record is None or section_id is None or text == self._base_text:
            return
        saved = await record.save_section(section_id, text, self._base_revision)
        if self._text.text == text:
            self._replace(saved.text)
        elif saved.text != text:
            return  # merged while typing went on: the old base makes the next save merge again
        else:
            self._base_text = text
        self._base_revision = saved.revision

    async def leave(self) -> bool:
        """Whether all that was typed is on disk."""
        return await self._autosave.leave()

    def _kept(self, saved: bool) -> None:
        place = f"retrospective.{self._section_id}"
        if saved:
            self.control_room.drop_text_draft(place)
        else:
            self.control_room.keep_text_draft(place, Draft(self._text.text, str(self._base_revision)))

    def _say(self, words: str) -> None:
        self.query_one("#saved", Label).update(words)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._text.text != self._base_text:
            self._autosave.touch()
            self._show_preview_soon()

    def _show_preview_soon(self) -> None:
        self.set_timer(self.control_room.pace.move_s, self._show_preview)

    def _show_preview(self) -> None:
        if self.runtime is None or self.record is None or self._section_id is None:
            return
        filled = self.control_room.fill_retrospective(self._text.text)
        section = self._guide_section(self._section_id)
        title = section.title if section else ""
        document = f"## {title}\n\n{filled}"
        if document != getattr(self, "_previewed", None):
            self._previewed = document
            self.query_one(Markdown).update(document)

    @on(RowList.Chosen)
    def action_edit(self) -> None:
        self.remove_class("-preview")
        self._text.focus()

    def action_preview(self) -> None:
        self.toggle_class("-preview")

    def action_back(self) -> None:
        self.remove_class("-preview")
        self._sections.focus()
