"""Incidents, their timelines and the runbook as rows and lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workshop_tui.model.guide import RunbookCase
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import countdown, local_time

COLUMNS = (Column(3, right=True), Column(2), Column(12, flexible=True), Column(10, right=True))

_TONES = {Severity.P0: Tone.FAIL, Severity.P1: Tone.FAIL, Severity.P2: Tone.WARN, Severity.P3: Tone.MUTED}


def incident_rows(incidents: Sequence[Incident], now: datetime) -> list[Row]:
    """Open ones first, the gravest first; then the resolved ones, newest first."""
    open_ones = sorted((i for i in incidents if i.open), key=lambda i: (i.severity, i.opened_at))
    resolved = sorted((i for i in incidents if not i.open), key=lambda i: -i.number)
    rows: list[Row] = []
    if open_ones:
        rows.append(Row("#open", (cell(f"Open {len(open_ones)}"),), heading=True))
        rows.extend(_row(incident, now) for incident in open_ones)
    if resolved:
        rows.append(Row("#resolved", (cell(f"Resolved {len(resolved)}"),), heading=True))
        rows.extend(_row(incident, now) for incident in resolved)
    return rows


def _row(incident: Incident, now: datetime) -> Row:
    taken = incident.time_to_resolve
    time = cell(f"✓ {countdown(taken)}", Tone.PASS) if taken is not None else cell(countdown(now - incident.opened_at))
    tone = _TONES[incident.severity] if incident.open else Tone.MUTED
    title = cell(incident.title, Tone.PLAIN if incident.open else Tone.MUTED)
    return Row(str(incident.id), (cell(str(incident.number), Tone.MUTED), cell(incident.severity, tone), title, time))


def timeline_lines(incident: Incident, timezone: str, now: datetime) -> list[Cell]:
    taken = incident.time_to_resolve
    standing = (
        cell(f"resolved after {countdown(taken)} (target: under 5:00)", Tone.PASS)
        if taken is not None
        else cell(f"open for {countdown(now - incident.opened_at)}", Tone.WARN)
    )
    lines = [cell(f"{incident.severity} {incident.title}", Tone.STRONG), standing, Cell()]
    for entry in incident.entries:
        label = "" if entry.kind == "note" else f"{entry.kind} "
        lines.append(
            cell(local_time(entry.at, timezone, "%H:%M:%S  "), Tone.MUTED)
            + cell(f"{entry.by}  ", Tone.ACCENT)
            + cell(label, Tone.MUTED)
            + cell(entry.text)
        )
    return lines


def case_for(incident: Incident | None, cases: Sequence[RunbookCase]) -> int:
    """The case that it is worked by, else the one whose words its title shares most, else the first."""
    if incident is None:
        return 0
    for index, case in enumerate(cases):
        if case.id == incident.case_id:
            return index
    words = {word for word in incident.title.lower().split() if len(word) > 3}

    def shared(case: RunbookCase) -> int:
        text = f"{case.title} {case.signs} {case.causes}".lower()
        return sum(word.rstrip("s") in text for word in words)

    return max(range(len(cases)), key=lambda index: (shared(cases[index]), -index))


def case_lines(case: RunbookCase, number: int, total: int) -> list[Cell]:
    return [
        cell("Runbook  ", Tone.MUTED) + cell(case.title, Tone.STRONG) + cell(f"  {number}/{total}", Tone.MUTED),
        Cell(),
        cell("Signs  ", Tone.ACCENT) + cell(case.signs),
        Cell(),
        cell("Causes  ", Tone.ACCENT) + cell(case.causes),
        Cell(),
        cell("First moves", Tone.ACCENT),
        *(cell("  · ") + cell(move.strip()) for move in case.first_moves.split(";") if move.strip()),
    ]
