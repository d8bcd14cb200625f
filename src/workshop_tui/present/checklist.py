"""Checklist items as rows."""

from __future__ import annotations

from datetime import datetime

from workshop_tui.model.checklist import Checklist, ItemView, PhaseView, is_overdue
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age, local_time, short, until
from workshop_tui.present.outcome import symbol_cell, tone

COLUMNS = (
    Column(3),
    Column(32, flexible=True, weight=1),
    Column(20, flexible=True, weight=4),
    Column(6, right=True, drop_below=68),
)


def mark(view: ItemView) -> Cell:
    """How it stands and what decides it: `✓ ◉`; sensed items carry ◉, hand-made ones ○, an override ◎."""
    if view.running_since is not None:
        first = cell("▶", Tone.ACCENT)
    elif view.outcome is None:
        deferred = view.state.status is ItemStatus.DEFERRED
        first = cell("»" if deferred else "☐", Tone.WAIVED if deferred else Tone.PLAIN)
    else:
        first = symbol_cell(view.outcome)
    second = "◎" if view.overridden else "◉" if view.is_sensed else "○"
    return first + cell(" " + second, Tone.WAIVED if view.overridden else Tone.MUTED)


def _decided_by_hand(view: ItemView) -> bool:
    return view.overridden or (not view.is_sensed and view.state.status is not ItemStatus.OPEN)


def _said(view: ItemView, now: datetime) -> Cell:
    """What a list says beside the title."""
    state = view.state
    if view.running_since is not None:
        return cell(f"asking… {age(view.running_since, now)}", Tone.ACCENT)
    if _decided_by_hand(view):
        words = {
            ItemStatus.DONE: "done",
            ItemStatus.NOT_NEEDED: "not needed",
            ItemStatus.DEFERRED: "deferred",
        }[state.status]
        reason = f': "{state.reason}"' if state.reason else ""
        return cell(f"{words} by {state.changed_by}{reason}", Tone.WAIVED if view.overridden else Tone.MUTED)
    owner = f"{state.owner} · " if state.owner else ""
    if view.is_sensed and view.sensed is not None:
        summaries = [result.summary for result in view.results if result.outcome is view.sensed]
        return cell(owner + (summaries[0] if summaries else "not asked yet"), tone(view.sensed))
    overdue = is_overdue(view, now)
    due = until(view.due_at, now)
    words = f"overdue {short(now - view.due_at)}" if overdue else f"due {due}"
    return cell(owner) + cell(words, Tone.WARN if overdue else Tone.MUTED)


def _when(view: ItemView, now: datetime) -> Cell:
    if view.is_sensed and not view.overridden:
        judged = min((result.judged_at for result in view.results), default=None)
        return cell(age(judged, now) if judged else "", Tone.MUTED)
    return cell(age(view.state.changed_at, now) if view.state.changed_at else "", Tone.MUTED)


def item_row(view: ItemView, now: datetime) -> Row:
    settled_by_hand = view.outcome is not None and not view.is_sensed
    title = cell(view.item.label, Tone.MUTED if settled_by_hand else Tone.PLAIN)
    return Row(view.item.id, (mark(view), title, _said(view, now), _when(view, now)))


def phase_rows(phase: PhaseView, now: datetime, timezone: str) -> list[Row]:
    """The phase's items below a heading for each section."""
    rows: list[Row] = []
    for section in dict.fromkeys(view.item.section for view in phase.items):
        views = [view for view in phase.items if view.item.section == section]
        settled = sum(view.settled for view in views)
        heading = (
            cell(f"{phase.phase.title}  ", Tone.ACCENT)
            + cell(f"{section}  ", Tone.STRONG)
            + cell(f"{settled}/{len(views)}", Tone.PASS if settled == len(views) else Tone.PLAIN)
            + cell(f"  {_due(views[0], now, timezone)}", Tone.MUTED)
        )
        rows.append(Row(f"#gap/{phase.phase.id}/{section}", (cell(""),), heading=True))
        rows.append(Row(f"#{phase.phase.id}/{section}", (heading,), heading=True))
        rows.extend(item_row(view, now) for view in views)
    return rows


def _due(view: ItemView, now: datetime, timezone: str) -> str:
    return f"due {until(view.due_at, now)} · {local_time(view.due_at, timezone)}"


def phase_outcome(phase: PhaseView) -> Outcome | None:
    """None while hand-made items are open and nothing fails."""
    outcomes = [view.outcome for view in phase.items if not view.settled]
    for wanted in (Outcome.FAIL, Outcome.UNKNOWN):
        if wanted in outcomes:
            return wanted
    return None if outcomes else Outcome.PASS


def phase_tab(phase: PhaseView, now: datetime) -> Cell:
    """`T-2 d ✗ 9/14`."""
    outcome = phase_outcome(phase)
    overdue = any(is_overdue(view, now) for view in phase.items)
    sign = symbol_cell(outcome) if outcome else cell("!" if overdue else "·", Tone.WARN if overdue else Tone.MUTED)
    count = f" {phase.settled_count}/{len(phase.items)}"
    return cell(phase.phase.label + " ") + sign + cell(count, Tone.MUTED)


def checklist_rows(checklist: Checklist, now: datetime, timezone: str) -> list[Row]:
    rows = [row for phase in checklist.phases for row in phase_rows(phase, now, timezone)]
    return rows[1:]
