"""What a cell shows: pieces of text with a tone each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workshop_tui.printable import printable


class Tone(StrEnum):
    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    ACCENT = "accent"
    REHEARSAL = "rehearsal"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Cell:
    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.pieces + other.pieces)


def cell(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    """One line: control characters and line breaks from outside become spaces or nothing."""
    return Cell((Piece(one_line(text), tone),)) if text else Cell()


def one_line(text: str) -> str:
    """The text without line breaks and control characters, so that it cannot move the cursor or recolour the screen."""
    return printable(text)


@dataclass(frozen=True, slots=True)
class Column:
    """How a list lays out one column."""

    width: int
    """Columns of the terminal; for a flexible column its least width."""
    flexible: bool = False
    right: bool = False
    """Aligned to the right."""
    drop_below: int = 0
    """Left out when the list is narrower than this; 0 is never."""
    weight: int = 1
    """Share of the spare width among the flexible columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; a heading cannot be chosen."""

    key: str
    cells: tuple[Cell, ...]
    heading: bool = False
