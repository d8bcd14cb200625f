"""The T-0 card as rows: short enough to read aloud."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.model.checklist import ItemView
from workshop_tui.model.item import ItemStatus
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.checklist import mark
from workshop_tui.present.outcome import tone

COLUMNS = (Column(3), Column(40, flexible=True, weight=3), Column(16, flexible=True, weight=2))


def card_rows(card: Sequence[ItemView]) -> list[Row]:
    return [Row(view.item.id, (mark(view), cell(view.item.title), _said(view))) for view in card]


def card_standing(card: Sequence[ItemView]) -> Cell:
    settled = sum(view.settled for view in card)
    if card and settled == len(card):
        return cell("All confirmed: let people in.", Tone.PASS)
    return cell(f"{settled} of {len(card)} confirmed", Tone.WARN)


def _said(view: ItemView) -> Cell:
    if view.is_sensed and view.sensed is not None:
        return cell(
            next((result.summary for result in view.results if result.outcome is view.sensed), "not asked yet"),
            tone(view.sensed),
        )
    if view.state.status is ItemStatus.DONE:
        return cell(f"confirmed by {view.state.changed_by}", Tone.MUTED)
    return cell("to confirm", Tone.PLAIN)
