"""The history of an item as lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.journal import JournalEntry
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import local_time
from workshop_tui.present.outcome import status_cell

_NAMES = {"status": "", "reason": "reason", "owner": "owner", "note": "note"}


def history_lines(entries: Sequence[JournalEntry], results: Sequence[CheckResult], timezone: str) -> list[Cell]:
    """People's changes and check results in one list, newest first."""
    lines: list[tuple[datetime, Cell]] = []
    for entry in entries:
        lines.append((entry.at, cell(f"{entry.by}  ", Tone.STRONG) + cell(_change(entry))))
    for result in results:
        lines.append((result.judged_at, status_cell(result.outcome) + cell(f"  {result.summary}")))
    lines.sort(key=lambda line: line[0], reverse=True)
    if not lines:
        return [cell("Nobody has changed it and nothing was sensed yet.", Tone.MUTED)]
    return [cell(local_time(at, timezone, "%d %b %H:%M:%S  "), Tone.MUTED) + line for at, line in lines]


def _change(entry: JournalEntry) -> str:
    parts = []
    for name, value in entry.after.items():
        if name not in _NAMES or value == entry.before.get(name):
            continue
        label = _NAMES[name]
        shown = f'"{value}"' if name in ("reason", "note") else str(value)
        parts.append(f"{label} {shown}".strip() if value else f"{label or name} cleared")
    if entry.kind == "item.lapsed":
        return "the waiver lapsed: it passes again"
    return ("undid: " if entry.undoes else "") + (", ".join(parts) or "changed")
