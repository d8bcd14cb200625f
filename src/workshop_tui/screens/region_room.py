"""What the rooms below the live room share: one region, its detail, a filter, and the way back."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Label

from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.model.topic import Topic
from workshop_tui.present.cell import Cell
from workshop_tui.present.region import where_line
from workshop_tui.screens.room import Room
from workshop_tui.widgets.filter_line import FilterLine
from workshop_tui.widgets.row_list import RowList
from workshop_tui.widgets.tones import to_content


class RegionRoom(Room):
    CSS_PATH = "region_room.tcss"
    nothing: ClassVar[str]
    """What stands where no row is."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="region.back", tooltip="Back to where this was opened from"),
        Binding("slash", "filter", "filter", key_display="/", id="region.filter", tooltip="Filter rows as you type"),
    ]

    def __init__(self, region: str) -> None:
        super().__init__()
        self.region_name = region
        self.words: tuple[str, ...] = ()
        self._due: Timer | None = None
        self._shown_s = float("-inf")
        self._said = Cell()

    @property
    def rows(self) -> RowList:
        return self.query_one("#rows", RowList)

    def show_detail(self, detail: RegionDetail) -> str:
        """Show the rows; say what they are."""
        raise NotImplementedError

    def _say(self, where: str, unknown: tuple[str, ...] = ()) -> None:
        if (said := where_line(where, unknown)) != self._said:
            self._said = said
            self.query_one("#where", Label).update(to_content(said), layout=False)

    def on_screen_resume(self) -> None:
        self._shown_s = float("-inf")
        super().on_screen_resume()
        self.rows.focus()

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if not topics & {Topic.SOURCES, Topic.WORKSHOP}:
            return
        if self._due is not None:
            return
        wait_s = self._shown_s + self.control_room.pace.detail_s - time.monotonic()
        if wait_s <= 0:
            self._show()
        else:
            self._due = self.set_timer(wait_s, self._show)

    def show_time(self) -> None:
        self._show()

    def _show(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None
        runtime = self.runtime
        if runtime is None or runtime.observation is None or not self.ready:
            return
        try:
            detail = runtime.observation.region_detail(self.region_name)
        except KeyError:
            self._say(f"{self.region_name} is not configured any more")
            return
        self.rows.empty = f'No row holds "{" ".join(self.words)}": esc shows all.' if self.words else self.nothing
        self._say(self.show_detail(detail), detail.unknown)
        self._shown_s = time.monotonic()

    def action_back(self) -> None:
        """First back to all rows, then back to where this was opened from."""
        if self.words:
            self.words = ()
            self.query_one(FilterLine).clear_words()
            self._show()
        else:
            self.dismiss(None)

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        self.words = event.words
        self._show()
