"""The last border before the terminal: no widget's text steers it, whatever it holds."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from workshop_tui.printable import printable


class PrintableFilter(LineFilter):
    """Takes from each piece of a line what steers a terminal or hides; such characters have no width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(segment.text.isascii() and segment.text.isprintable() for segment in segments):
            return segments
        return [segment if segment.control else Segment(printable(segment.text), segment.style) for segment in segments]
