"""One line asked of a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

_KEYS = "enter saves · esc leaves"


class Prompt(ModalScreen[str | None]):
    """Returns the text without surrounding blanks, or None on Esc. What was typed survives a crash as a draft."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="prompt.cancel")]
    CSS_PATH = "modal.tcss"

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        placeholder: str = "",
        hint: str = "",
        required: bool = False,
        keep_draft: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._placeholder = placeholder
        self._hint = hint
        self._required = required
        self._keep_draft = keep_draft

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            yield Input(self._value, placeholder=self._placeholder)
            yield Label("\n".join(filter(None, (self._hint, _KEYS))), classes="hint", markup=False)

    @on(Input.Changed)
    def _keep(self, event: Input.Changed) -> None:
        event.stop()
        if self._keep_draft and event.value != self._value:
            self._keep_draft(event.value)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if self._required and not text:
            self.query_one(".hint", Label).update(f"a reason is needed: it stays visible beside the item\n{_KEYS}")
            return
        self.dismiss(text)
