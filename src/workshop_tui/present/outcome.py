"""Status is always a symbol, a word and a tone."""

from __future__ import annotations

from workshop_tui.model.outcome import Outcome
from workshop_tui.present.cell import Cell, Tone, cell

_SIGNS: dict[Outcome, tuple[str, Tone]] = {
    Outcome.PASS: ("✓", Tone.PASS),
    Outcome.WARN: ("!", Tone.WARN),
    Outcome.FAIL: ("✗", Tone.FAIL),
    Outcome.UNKNOWN: ("?", Tone.UNKNOWN),
    Outcome.NOT_APPLICABLE: ("–", Tone.MUTED),
    Outcome.WAIVED: ("~", Tone.WAIVED),
}


def symbol(outcome: Outcome) -> str:
    return _SIGNS[outcome][0]


def tone(outcome: Outcome) -> Tone:
    return _SIGNS[outcome][1]


def word(outcome: Outcome) -> str:
    return "not applicable" if outcome is Outcome.NOT_APPLICABLE else outcome.value


def symbol_cell(outcome: Outcome) -> Cell:
    return cell(symbol(outcome), tone(outcome))


def status_cell(outcome: Outcome) -> Cell:
    """Symbol and word."""
    return cell(f"{symbol(outcome)} {word(outcome)}", tone(outcome))
