"""What the rooms below the live room share: one region, its detail, a filter, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Label

from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.screens.room import Room
from workshop_tui.widgets.filter_line import FilterLine
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workshop_tui.engine.topic import Topic

_SHOW_EVERY_S = 1.0
"""A region's detail costs as its pods count, so a platform under load is not looked at for each change."""


class RegionRoom(Room):
    CSS_PATH = "region_room.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="region.back", tooltip="Back to where this was opened from"),
        Binding("slash", "filter", "filter", key_display="/", id="region.filter", tooltip="Filter rows as you type"),
    ]

    def __init__(self, region: str) -> None:
        super().__init__()
        self.region_name = region
        self.words: tuple[str, ...] = ()
        self._due: Timer | None = None

    @property
    def rows(self) -> RowList:
        return self.query_one("#rows", RowList)

    def show_detail(self, detail: RegionDetail) -> None:
        raise NotImplementedError

    def say(self, where: str) -> None:
        """What is shown, and what of it cannot be known."""
        self.query_one("#where", Label).update(where)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.rows.focus()

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if not topics & {"sources", "workshop"}:
            return
        if not self.rows.rows:
            self._show()
        elif self._due is None:
            self._due = self.set_timer(_SHOW_EVERY_S, self._show)

    def show_time(self) -> None:
        self._show()

    def _show(self) -> None:
        self._due = None
        runtime = self.runtime
        if runtime is None or runtime.observation is None or not self.ready:
            return
        try:
            detail = runtime.observation.region_detail(self.region_name)
        except KeyError:
            self.say(f"{self.region_name} is not configured any more")
            return
        self.show_detail(detail)
        if detail.unknown:
            self.say(f"? {'; '.join(detail.unknown)}")

    def action_back(self) -> None:
        self.dismiss(None)

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        self.words = event.words
        self._show()
