"""One of a few options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.present.cell import Column, Row, Tone, cell
from workshop_tui.widgets.row_list import RowList


class Choice(ModalScreen[str | None]):
    """Returns the chosen key, or None on Esc."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="choice.cancel")]

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        """`options`: (key, meaning)."""
        super().__init__()
        self._title = title
        self._options = tuple(options)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            width = max((len(key) for key, _ in self._options), default=2)
            rows = RowList((Column(width), Column(10, flexible=True)))
            rows.styles.height = len(self._options)
            yield rows
            yield Label("enter chooses · esc leaves", classes="hint")

    def on_mount(self) -> None:
        rows = self.query_one(RowList)
        rows.update_rows([Row(key, (cell(key, Tone.STRONG), cell(meaning))) for key, meaning in self._options])
        rows.focus()

    @on(RowList.Chosen)
    def _choose(self, event: RowList.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)
