"""Why the control room cannot open, or cannot save, in one message that says what to do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label


class Trouble(ModalScreen[bool]):
    """Returns whether the person takes the offer; without an offer never."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(False)", "Leave", id="trouble.leave"),
        Binding("n", "take", "Go on", id="trouble.take"),
    ]

    def __init__(
        self, message: str, *, offer: str = "", title: str = "The control room cannot open", leaving: str = "leaves"
    ) -> None:
        """`leaving`: what enter and esc do."""
        super().__init__()
        self._title = title
        self._leaving = leaving
        self._message = message
        self._offer = offer

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title")
            yield Label(self._message, classes="wrong", markup=False)
            offered = f"n: {self._offer} · " if self._offer else ""
            yield Label(f"{offered}enter or esc {self._leaving}", classes="hint", markup=False)

    def action_take(self) -> None:
        if self._offer:
            self.dismiss(True)
