"""The line above a region's nodes or workspaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workshop_tui.model.outcome import Outcome
from workshop_tui.present.cell import Cell, Tone, cell


def where_line(where: str, unknown: Iterable[str]) -> Cell:
    """What is shown, then what of it cannot be known."""
    why = why_unknown(unknown)
    return cell(where, Tone.MUTED) + (cell(f" · ? {why}", Tone.UNKNOWN) if why else Cell())


def why_unknown(unknown: Iterable[str]) -> str:
    """`nodes, pods: no answer`: each reason once, after all that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for line in unknown:
        title, colon, reason = line.partition(": ")
        by_reason.setdefault(reason if colon else line, []).extend([title] if colon else [])
    return "; ".join(f"{', '.join(titles)}: {reason}" if titles else reason for reason, titles in by_reason.items())


def count_words(outcomes: Sequence[Outcome], noun: str) -> str:
    """`40 workspaces, 3 need eyes`."""
    bad = sum(outcome in (Outcome.FAIL, Outcome.WARN) for outcome in outcomes)
    words = f"{len(outcomes)} {noun}{'' if len(outcomes) == 1 else 's'}"
    return words + (f", {bad} need{'s' if bad == 1 else ''} eyes" if bad else "")
