"""A bare Textual app with a header, a table and a footer: what every figure is compared with."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Bare(App[None]):
    BINDINGS: ClassVar = [("q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable()
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("item", "said", "age")
        for number in range(40):
            table.add_row(f"row {number}", "text", "8 s")
        self.set_interval(1, lambda: table.update_cell_at((0, 2), str(self.size)))


if __name__ == "__main__":
    Bare().run()
