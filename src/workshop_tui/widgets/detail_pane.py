"""A scrolling pane of wrapped lines."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from workshop_tui.present.cell import Cell
from workshop_tui.widgets.tones import to_lines


class DetailPane(VerticalScroll):
    DEFAULT_CSS = """
    DetailPane {
        background: $surface;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        &:focus { background: $panel; }
    }
    """

    _lines: tuple[Cell, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, lines: Sequence[Cell], *, from_top: bool = False) -> None:
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.query_one(Static).update(to_lines(lines))
        if from_top:
            self.scroll_home(animate=False)
