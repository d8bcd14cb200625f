"""A list of rows with aligned columns, headings and a cursor; repaints only the rows that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workshop_tui.present.cell import Cell, Column, Row, Tone
from workshop_tui.present.layout import GAP, column_widths


class RowList(ScrollView, can_focus=True):
    """Rows are immutable; give it new ones with `update_rows` and the cursor stays on its key.

    With `fixed_heading` a heading in the first row is that of the columns: it stays on top while the others scroll.
    """

    DEFAULT_CSS = """
    RowList {
        background: $background;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .row-list--tone-muted { color: $muted; }
        & > .row-list--tone-strong { text-style: bold; }
        & > .row-list--tone-pass { color: $text-success; }
        & > .row-list--tone-warn { color: $text-warning; text-style: bold; }
        & > .row-list--tone-fail { color: $text-error; text-style: bold; }
        & > .row-list--tone-unknown { color: $text-warning; text-style: italic; }
        & > .row-list--tone-waived { color: $text-secondary; }
        & > .row-list--tone-accent { color: $text-accent; }
        & > .row-list--heading { color: $foreground; text-style: bold; }
        & > .row-list--cursor { background: $surface; }
        &:focus > .row-list--cursor { background: $block-cursor-background 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--heading",
        "row-list--cursor",
        *(f"row-list--tone-{tone.value}" for tone in Tone),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page-up"),
        Binding("home", "first", "First", show=False, id="list.first"),
        Binding("end", "last", "Last", show=False, id="list.last"),
        Binding("enter", "choose", "Show", show=False, id="list.choose"),
    ]

    cursor_key: reactive[str | None] = reactive(None, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        row_list: RowList
        key: str

        @property
        def control(self) -> RowList:
            return self.row_list

    @dataclass
    class Chosen(Message):
        """Enter, or a second click, on a row."""

        row_list: RowList
        key: str

        @property
        def control(self) -> RowList:
            return self.row_list

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,  # noqa: A002
        empty: str = "",
        fixed_heading: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._widths: tuple[int, ...] = ()
        self.empty = empty
        """What is shown where no row is; read when rows are given."""
        self._fixed_heading = fixed_heading
        self._follows = True

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the columns as laid out; empty before the first layout."""
        return self._widths

    def set_columns(self, columns: Sequence[Column]) -> None:
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._lay_out()
            self.refresh()

    def update_rows(self, rows: Sequence[Row]) -> None:
        """The cursor stays in view if it was; when its row is gone it stays on its line."""
        before, self._rows = self._rows, tuple(rows)
        shown = self._lines_in_view()
        line = _line_of(before, self.cursor_key)
        self._follows = line is None or line in shown or not self.size.height  # or not laid out yet
        if len(before) != len(self._rows):
            self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
            self.refresh()
        else:
            for i in shown:
                if i < len(before) and before[i] is not self._rows[i] and before[i] != self._rows[i]:
                    self.refresh_line(i)
        now_on = self._index(self.cursor_key)
        if now_on is None:
            self.cursor_key = self._key_near(line or 0)
        elif now_on != line and self._follows:
            self._into_view(now_on)
        self._follows = True

    def _lines_in_view(self) -> list[int]:
        """Without those that lie under the fixed heading."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        return [0, *range(top + 1, top + height)] if self._heading_lines else list(range(top, top + height))

    @property
    def _heading_lines(self) -> int:
        return int(self._fixed_heading and bool(self._rows) and self._rows[0].heading)

    def _key_near(self, line: int) -> str | None:
        """Of the row on this line, else of the next that can be chosen, else of the last."""
        keys = [(i, row.key) for i, row in enumerate(self._rows) if not row.heading]
        return next((key for i, key in keys if i >= line), keys[-1][1] if keys else None)

    def _index(self, key: str | None) -> int | None:
        return _line_of(self._rows, key)

    def _into_view(self, index: int) -> None:
        """With the heading above it, and below the one that stays on top."""
        top = max(0, index - int(index > 0 and self._rows[index - 1].heading) - self._heading_lines)
        self.scroll_to_region(Region(0, top, 1, index - top + 1), animate=False, force=True)

    def refresh_line(self, y: int) -> None:
        """The fixed heading is painted where the first line of the view would be."""
        super().refresh_line(self.scroll_offset.y if y == 0 and self._heading_lines else y)

    def watch_cursor_key(self, old: str | None, new: str | None) -> None:
        for key in (old, new):
            if (index := self._index(key)) is not None:
                self.refresh_line(index)
        if (index := self._index(new)) is not None and new is not None:
            if self._follows:
                self._into_view(index)
            self.post_message(self.Moved(self, new))

    def action_move(self, step: int) -> None:
        keys = [row.key for row in self._rows if not row.heading]
        if keys:
            at = keys.index(self.cursor_key) if self.cursor_key in keys else 0
            self.cursor_key = keys[max(0, min(len(keys) - 1, at + step))]
        if step < 0 and self._index(self.cursor_key) == next(
            (i for i, row in enumerate(self._rows) if not row.heading), None
        ):
            self.scroll_home(animate=False)

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(1, self.size.height - 2))

    def action_first(self) -> None:
        self.action_move(-len(self._rows))

    def action_last(self) -> None:
        self.action_move(len(self._rows))

    def action_choose(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Chosen(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self._line_at(offset.y)
        if 0 <= index < len(self._rows) and not self._rows[index].heading:
            key = self._rows[index].key
            if key == self.cursor_key:
                self.action_choose()
            self.cursor_key = key

    def on_resize(self) -> None:
        self._lay_out()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.refresh()

    def _lay_out(self) -> None:
        self._widths = column_widths(self._columns, self.scrollable_content_region.width)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))

    def _line_at(self, y: int) -> int:
        return 0 if y == 0 and self._heading_lines else y + self.scroll_offset.y

    def render_line(self, y: int) -> Strip:
        index = self._line_at(y)
        width = self.scrollable_content_region.width
        base = self.rich_style
        if index >= len(self._rows):
            text = self.empty if index == len(self._rows) and all(row.heading for row in self._rows) else ""
            style = base + self.get_component_rich_style("row-list--tone-muted", partial=True)
            return Strip([Segment(set_cell_size(text, width), style if text else base)], width)
        row = self._rows[index]
        if row.heading:
            base += self.get_component_rich_style("row-list--heading", partial=True)
        elif row.key == self.cursor_key:
            base += Style(bgcolor=self.get_component_rich_style("row-list--cursor").bgcolor)
        return Strip(self._segments(row, base, width), width)

    def _segments(self, row: Row, base: Style, width: int) -> list[Segment]:
        segments: list[Segment] = []
        left = width
        if row.heading and len(row.cells) == 1:
            self._add_cell(segments, row.cells[0], left, Column(left), base)
            return segments
        shown = [i for i, column_width in enumerate(self._widths) if column_width and i < len(row.cells)]
        for place, i in enumerate(shown):
            if left <= 0:
                break
            column_width = min(self._widths[i], left)
            style = self._cell_base(row, i, base)
            self._add_cell(segments, row.cells[i], column_width, self._columns[i], style)
            left -= column_width
            gap = min(GAP, left) if place < len(shown) - 1 else left
            segments.append(Segment(" " * gap, base))
            left -= gap
        if left > 0:
            segments.append(Segment(" " * left, base))
        return segments

    def _cell_base(self, row: Row, column: int, base: Style) -> Style:  # for lists of cells
        return base

    def _add_cell(self, segments: list[Segment], cell: Cell, width: int, column: Column, base: Style) -> None:
        left = width
        used = cell_len(cell.text)
        if column.right and used < width:
            segments.append(Segment(" " * (width - used), base))
            left = used
        for piece in cell.pieces:
            if left <= 0:
                return
            size = cell_len(piece.text)
            last = piece is cell.pieces[-1]
            text = piece.text
            if size > left or (size == left and not last and used > width):
                text = set_cell_size(text, max(0, left - 1)) + "…"
                size = left
            style = base
            if piece.tone is not Tone.PLAIN:
                style = base + self.get_component_rich_style(f"row-list--tone-{piece.tone.value}", partial=True)
            segments.append(Segment(text, style))
            left -= size
        if left > 0 and not (column.right and used < width):
            segments.append(Segment(" " * left, base))


def _line_of(rows: Sequence[Row], key: str | None) -> int | None:
    return next((i for i, row in enumerate(rows) if row.key == key and not row.heading), None)
