"""Tones become colours of the theme: one table for lists and for running text."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from workshop_tui.present.cell import Cell, Tone

STYLES: dict[Tone, str] = {
    Tone.PLAIN: "",
    Tone.MUTED: "$muted",
    Tone.STRONG: "bold",
    Tone.PASS: "$text-success",
    Tone.WARN: "bold $text-warning",
    Tone.FAIL: "bold $text-error",
    Tone.UNKNOWN: "$text-warning italic",
    Tone.WAIVED: "$text-secondary",
    Tone.ACCENT: "$text-accent",
    Tone.REHEARSAL: "bold $background on $accent",
    Tone.REPLAY: "bold $background on $secondary",
}


def to_content(cell: Cell) -> Content:
    """Outside text stays text: nothing in it is read as markup."""
    return Content.assemble(*((piece.text, STYLES[piece.tone]) for piece in cell.pieces))


def to_lines(cells: Iterable[Cell]) -> Content:
    return Content("\n").join(to_content(cell) for cell in cells)
