"""Go or No-Go as lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from workshop_tui.model.checklist import Readiness
from workshop_tui.model.decision import Decision, Verdict
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import local_time, short
from workshop_tui.present.outcome import symbol_cell

_MOST_NAMED = 8


def verdict_cell(verdict: Verdict) -> Cell:
    go = verdict is Verdict.GO
    return cell("✓ GO" if go else "✗ NO-GO", Tone.PASS if go else Tone.FAIL)


def decision_lines(
    readiness: Readiness,
    signed: Sequence[Decision],
    taken: timedelta | None,
    person: str,
    timezone: str,
    since_then: Sequence[Cell] = (),
) -> list[Cell]:
    """`since_then`: what changed since the last signature."""
    lines = [cell("The checklist says  ", Tone.MUTED) + verdict_cell(readiness.verdict)]
    if readiness.blockers:
        lines.append(cell("Blockers", Tone.STRONG))
        for view in readiness.blockers:
            summary = next(
                (result.summary for result in view.results if result.outcome is view.sensed), "not asked yet"
            )
            sign = symbol_cell(view.outcome) if view.outcome else Cell()
            lines.append(cell("  ") + sign + cell(f" {view.item.label} — {summary}"))
    lines.extend(since_then)
    if readiness.open_items:
        count = len(readiness.open_items)
        lines.append(cell(f"Not settled by hand: {count} {'lines' if count > 1 else 'line'}", Tone.WARN))
        lines.extend(cell(f"  ☐ {view.item.label}", Tone.MUTED) for view in readiness.open_items[:_MOST_NAMED])
        if count > _MOST_NAMED:
            lines.append(cell(f"  … and {count - _MOST_NAMED} more", Tone.MUTED))
    time = short(taken) if taken is not None else "no mark yet"
    lines.append(cell("Checklist time  ", Tone.MUTED) + cell(f"{time} (target: under 30 min)"))
    lines.append(cell("Signs as  ", Tone.MUTED) + cell(person))
    for decision in signed[-3:]:
        why = f': "{decision.reason}"' if decision.reason else ""
        when = local_time(decision.signed_at, timezone)
        lines.append(
            cell("Signed before  ", Tone.MUTED)
            + verdict_cell(decision.verdict)
            + cell(f" by {decision.signed_by}, {when}{why}", Tone.MUTED)
        )
    return lines
