"""A line at the bottom that filters what is above it while one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FilterLine(Input):
    """Hidden while it is empty and nobody types in it."""

    DEFAULT_CSS = """
    FilterLine {
        display: none;
        height: 1;
        border: none;
        padding: 0 1;
        background: $panel;
        &.-open { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_filter", "show all", id="filter.clear", tooltip="Show all again"),
        Binding("down,enter", "leave", "to the list", show=False, id="filter.leave"),
    ]

    @dataclass
    class Filtered(Message):
        """Words that every row shown must hold, in small letters; none for all rows."""

        words: tuple[str, ...]

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder)
        self.can_focus = False

    def open(self) -> None:
        self.add_class("-open")
        self.can_focus = True
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Filtered(tuple(event.value.lower().split())))

    @on(Input.Submitted)
    def _stay(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        if not self.value:
            self.remove_class("-open")
        self.can_focus = False
        self.screen.focus_next()

    def action_clear_filter(self) -> None:
        self.value = ""
        self.action_leave()

    def clear_words(self) -> None:
        """Without moving the focus."""
        self.value = ""
        if not self.has_focus:
            self.remove_class("-open")
