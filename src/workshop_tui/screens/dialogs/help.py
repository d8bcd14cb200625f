"""The keys that work here and what they do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Label

from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.widgets.detail_pane import DetailPane

_SIGNS = (
    "✓ pass   ! warn   ✗ fail   ? unknown   – not applicable   ~ waived",
    "◉ decides itself   ○ a person decides   ◎ overridden by a person   ▶ asking now",
    "● seen   ◐ some of its sources do not answer   ○ none answers",
)


class Help(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012  # as the base class declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss(None)", "Close", id="help.close")
    ]

    def __init__(self, explained: Screen[object]) -> None:
        super().__init__()
        self._lines = _lines(explained)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Keys", classes="title")
            yield DetailPane()
            yield Label("ctrl+p opens the command palette · esc leaves", classes="hint")

    def on_mount(self) -> None:
        self.query_one(DetailPane).show(self._lines)
        self.query_one(DetailPane).focus()


def _lines(screen: Screen[object]) -> list[Cell]:
    room: list[Cell] = []
    everywhere: list[Cell] = []
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.tooltip or not binding.id or binding.id in seen:  # without an id it is not ours
            continue
        seen.add(binding.id)
        key = screen.app.get_key_display(binding).rjust(8)
        line = cell(key + "  ", Tone.ACCENT) + cell(binding.tooltip)
        (everywhere if active.node is screen.app else room).append(line)
    return [
        cell("In this room", Tone.STRONG),
        cell("      ↑ ↓  ", Tone.ACCENT) + cell("Move; j and k do too; enter shows more"),
        *room,
        Cell(),
        cell("Everywhere", Tone.STRONG),
        *everywhere,
        Cell(),
        cell("Signs", Tone.STRONG),
        *(cell("  " + line) for line in _SIGNS),
    ]
