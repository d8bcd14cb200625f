"""What changed in the checks, as lines."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.outcome import symbol_cell
from workshop_tui.report.changes import Change, ChangeKind

_MOST = 6


def change_lines(since: str, changed: Sequence[Change]) -> list[Cell]:
    """`since`: e.g. "1 Dec 13:00, signed by ana"."""
    head = cell("Since  ", Tone.MUTED) + cell(since)
    if not changed:
        return [head + cell("  nothing changed", Tone.MUTED)]
    lines = [head]
    for change in changed[:_MOST]:
        before = symbol_cell(change.before) if change.before else cell("·", Tone.MUTED)
        line = cell("  ") + before + cell(" → ", Tone.MUTED) + symbol_cell(change.after) + cell(f" {change.title}")
        told = f" — {change.summary}" if change.summary and change.kind is not ChangeKind.BETTER else ""
        lines.append(line + cell(told, Tone.MUTED))
    if len(changed) > _MOST:
        lines.append(cell(f"  … and {len(changed) - _MOST} more", Tone.MUTED))
    return lines
