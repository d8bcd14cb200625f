"""A scrolling pane of lines; a wrapped line goes on under its own text."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workshop_tui.present.cell import Cell
from workshop_tui.widgets.tones import to_content

_HANGING = 2


class DetailPane(VerticalScroll):
    DEFAULT_CSS = """
    DetailPane {
        background: $surface;
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { background: $panel; }
    }
    """

    _lines: tuple[Cell, ...] = ()
    _width: int = 0

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, lines: Sequence[Cell], *, from_top: bool = False) -> None:
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._render_lines()
        if from_top:
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._render_lines()

    def _render_lines(self) -> None:
        self._width = self.scrollable_content_region.width
        wrapped = [part for line in self._lines for part in _wrap(line, self._width)]
        self.query_one(Static).update(Content("\n").join(wrapped))


def _wrap(line: Cell, width: int) -> list[Content]:
    content = to_content(line)
    if width <= 0 or content.cell_length <= width:
        return [content]
    indent = min(len(line.text) - len(line.text.lstrip()) + _HANGING, width // 2)
    first, *rest = content.wrap(width)
    if not rest:
        return [first]
    tail = content[len(first.plain) :]
    tail = tail[len(tail.plain) - len(tail.plain.lstrip()) :]
    margin = Content(" " * indent)
    return [first, *(margin + part for part in tail.wrap(width - indent))]
