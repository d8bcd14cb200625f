"""The first minute: nothing is configured, so offer a rehearsal or a set-up."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Footer, Label

from workshop_tui.app.themes import DEFAULT_VARIABLES, THEMES
from workshop_tui.present.cell import Column, Row, Tone, cell
from workshop_tui.widgets.row_list import RowList


class FirstRun(App[str]):
    """Returns `rehearse`, `set-up` or None."""

    CSS_PATH = "first_run.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "choose('rehearse')", "rehearse", id="first.rehearse"),
        Binding("s", "choose('set-up')", "set up", id="first.set-up"),
        Binding("q,escape", "choose('')", "quit", id="first.quit"),
    ]

    def __init__(self, settings_path: str) -> None:
        super().__init__()
        self._settings_path = settings_path

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome"):
            yield Label("workshop-tui", id="name")
            yield Label("The control room for hands-on workshops on a Coder platform.", id="what")
            yield Label(f"There is no settings file yet: {self._settings_path}", id="where", markup=False)
            yield RowList((Column(1), Column(10, flexible=True)))
        yield Footer(show_command_palette=False)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        rows = self.query_one(RowList)
        rows.update_rows(
            [
                Row(
                    "rehearse",
                    (cell("r", Tone.ACCENT), cell("Rehearse a workshop on a simulated platform; needs nothing else")),
                ),
                Row("set-up", (cell("s", Tone.ACCENT), cell("Set up: write a commented settings file to edit"))),
                Row("", (cell("q", Tone.ACCENT), cell("Leave"))),
            ]
        )
        rows.focus()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self.action_choose(event.key)

    def action_choose(self, answer: str) -> None:
        self.exit(answer or None)
