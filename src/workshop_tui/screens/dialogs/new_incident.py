"""An incident in one line: `p1 london routes fail`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from workshop_tui.model.incident import Severity

_PREFIX = re.compile(r"^\s*[pP]([0-3])\b[\s:,-]*")


def parse_incident(line: str) -> tuple[Severity, str]:
    """A leading p0..p3 is the severity; without one it is P2."""
    found = _PREFIX.match(line)
    if found is None:
        return Severity.P2, line.strip()
    return Severity(f"P{found.group(1)}"), line[found.end() :].strip()


class NewIncident(ModalScreen[tuple[Severity, str] | None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="new-incident.cancel")]

    def __init__(
        self, meanings: dict[str, str], value: str, keep_draft: Callable[[str], None], *, told: str = ""
    ) -> None:
        """`told`: what will be written besides what is typed."""
        super().__init__()
        self._told = told
        self._meanings = meanings
        self._value = value
        self._keep_draft = keep_draft

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("New incident", classes="title")
            yield Input(self._value, placeholder="what people see; begin with p0, p1, p2 or p3 for its severity")
            yield Label("", id="severity", markup=False)
            if self._told:
                yield Label(self._told, markup=False, classes="told")
            yield Label("enter opens it · esc leaves", classes="hint")

    def on_mount(self) -> None:
        self._say(self._value)

    def _say(self, line: str) -> None:
        severity, _ = parse_incident(line)
        meaning = self._meanings.get(severity, "")
        self.query_one("#severity", Label).update(f"{severity}  {meaning}")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._say(event.value)
        self._keep_draft(event.value)

    @on(Input.Submitted)
    def _open(self, event: Input.Submitted) -> None:
        event.stop()
        severity, title = parse_incident(event.value)
        if title:
            self.dismiss((severity, title))
