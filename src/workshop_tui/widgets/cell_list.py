"""A list whose cursor stands on one cell: rows up and down, columns left and right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from workshop_tui.present.cell import Column, Row
from workshop_tui.widgets.row_list import RowList


class CellList(RowList):
    """Columns from `first_column` on can be chosen; the heading in the first row stays on top."""

    DEFAULT_CSS = """
    CellList {
        & > .cell-list--cell { background: $block-cursor-background 55%; }
        &:focus > .cell-list--cell { background: $block-cursor-background; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"cell-list--cell"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "across(1)", "Right", show=False, id="list.right", tooltip="The region to the right"),
        Binding("left", "across(-1)", "Left", show=False, id="list.left", tooltip="The region to the left"),
    ]

    cursor_column: reactive[int] = reactive(1, repaint=False)

    @dataclass
    class Across(Message):
        """The cursor was moved beyond what is shown, or to another column of it."""

        cell_list: CellList
        step: int

        @property
        def control(self) -> CellList:
            return self.cell_list

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        first_column: int = 1,
        id: str | None = None,  # noqa: A002
        empty: str = "",
    ) -> None:
        super().__init__(columns, id=id, empty=empty, fixed_heading=True)
        self._first_column = first_column

    def action_across(self, step: int) -> None:
        self.post_message(self.Across(self, step))

    def watch_cursor_column(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        left = offset.x if offset is not None else -1
        for i, width in enumerate(self.widths):
            if i >= self._first_column and 0 <= left < width and i != self.cursor_column:
                self.post_message(self.Across(self, i - self.cursor_column))
                break
            left -= width + 2
        super().on_click(event)

    def _cell_base(self, row: Row, column: int, base: Style) -> Style:
        if row.heading or row.key != self.cursor_key or column != self.cursor_column:
            return base
        return base + Style(bgcolor=self.get_component_rich_style("cell-list--cell").bgcolor)
