"""What was changed on the platform, as rows and lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workshop_tui.model.smoke import PlatformChange
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age

COLUMNS = (Column(6, right=True), Column(24, flexible=True), Column(20, flexible=True), Column(10, drop_below=80))


def change_rows(changes: Sequence[PlatformChange], now: datetime) -> list[Row]:
    """The newest first."""
    return [
        Row(
            str(change.id),
            (
                cell(age(change.planned_at, now), Tone.MUTED),
                cell(change.target, Tone.STRONG),
                cell(standing(change), Tone.PLAIN if change.done_at else Tone.WARN),
                cell(f"by {change.by}", Tone.MUTED),
            ),
        )
        for change in reversed(changes)
    ]


def standing(change: PlatformChange) -> str:
    return change.effect if change.done_at else f"{change.effect}: no answer came, it may be done"


def left_cell(count: int) -> Cell:
    """For the strip; empty when nothing is left."""
    return cell(f"   {count} change{'s' if count > 1 else ''} not undone", Tone.WARN) if count else Cell()
