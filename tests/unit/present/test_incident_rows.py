"""Incidents and the runbook as a person reads them during a workshop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.guide import RunbookCase
from workshop_tui.model.incident import Incident, IncidentEntry, Severity
from workshop_tui.present.cell import Tone
from workshop_tui.present.incident import case_for, case_lines, incident_rows, timeline_lines

NOW = NOON + timedelta(minutes=10)


def incident(
    number: int,
    severity: Severity = Severity.P2,
    *,
    opened_min: float = 0,
    solved_min: float | None = None,
    **more: str,
) -> Incident:
    resolved_at = None if solved_min is None else NOON + timedelta(minutes=solved_min)
    opened_at = NOON + timedelta(minutes=opened_min)
    title = more.pop("title", "Pods hang")
    return Incident(number + 100, 1, number, title, severity, opened_at, "ana", resolved_at, **more)


def test_open_incidents_come_first_by_gravity_then_age_and_resolved_ones_last_the_newest_first() -> None:
    rows = incident_rows(
        [
            incident(1, solved_min=2),
            incident(2, Severity.P3),
            incident(3, Severity.P1, opened_min=5),
            incident(4, solved_min=3),
            incident(5, Severity.P1, opened_min=4),
        ],
        NOW,
    )
    assert [row.key for row in rows] == ["#open", "105", "103", "102", "#resolved", "104", "101"]
    assert [row.cells[0].text for row in rows if row.heading] == ["Open 3", "Resolved 2"]
    assert [row.heading for row in rows].count(True) == 2


def test_without_incidents_there_is_no_heading() -> None:
    assert incident_rows([], NOW) == []
    assert [row.key for row in incident_rows([incident(1)], NOW)] == ["#open", "101"]
    assert [row.key for row in incident_rows([incident(1, solved_min=1)], NOW)] == ["#resolved", "101"]


@pytest.mark.parametrize(
    ("one", "texts", "tones"),
    [
        (
            incident(7, Severity.P1, opened_min=8),
            ["7", "P1", "Pods hang", "2:00"],
            [Tone.MUTED, Tone.FAIL, Tone.PLAIN, Tone.PLAIN],
        ),
        (incident(7, Severity.P2), ["7", "P2", "Pods hang", "10:00"], [Tone.MUTED, Tone.WARN, Tone.PLAIN, Tone.PLAIN]),
        (
            incident(7, Severity.P0, solved_min=4.5),
            ["7", "P0", "Pods hang", "✓ 4:30"],
            [Tone.MUTED, Tone.MUTED, Tone.MUTED, Tone.PASS],
        ),
    ],
)
def test_a_row_says_how_grave_it_is_and_how_long_it_lasts(one: Incident, texts: list[str], tones: list[Tone]) -> None:
    row = incident_rows([one], NOW)[1]
    assert [cell.text for cell in row.cells] == texts
    assert [cell.pieces[0].tone for cell in row.cells] == tones


def test_a_timeline_is_in_local_time_and_says_who_did_what() -> None:
    entries = (IncidentEntry(NOON, "ana", "Pods hang", "opened"), IncidentEntry(NOW, "bo", "disk is full"))
    one = incident(1, Severity.P1)
    lines = [line.text for line in timeline_lines(replace(one, entries=entries), "UTC", NOW)]
    assert lines == [
        "P1 Pods hang",
        "open for 10:00",
        "",
        "12:00:00  ana  opened Pods hang",
        "12:10:00  bo  disk is full",
    ]
    assert timeline_lines(incident(1, solved_min=4), "UTC", NOW)[1].text == "resolved after 4:00 (target: under 5:00)"


CASES = (
    RunbookCase("general", "Anything else", "", "", ""),
    RunbookCase("disk", "Nodes are full", "pods are evicted", "ephemeral storage", "drain the node; ; tell people "),
    RunbookCase("gateway", "The gateway refuses", "keys fail", "the budget is spent", ""),
)


@pytest.mark.parametrize(
    ("one", "index"),
    [
        (None, 0),
        (incident(1, case_id="gateway"), 2),
        (incident(1, title="Evicted pods", case_id="gone"), 1),
        (incident(1, title="Budgets SPENT"), 2),
        (incident(1, title="who are you"), 0),
    ],
)
def test_the_case_is_the_one_it_is_worked_by_else_the_one_that_shares_most_words(
    one: Incident | None, index: int
) -> None:
    assert case_for(one, CASES) == index


def test_a_case_lists_its_first_moves_one_by_one() -> None:
    lines = [line.text for line in case_lines(CASES[1], 2, 3)]
    assert lines[0] == "Runbook  Nodes are full  2/3"
    assert lines[2] == "Signs  pods are evicted"
    assert lines[4] == "Causes  ephemeral storage"
    assert lines[6:] == ["First moves", "  · drain the node", "  · tell people"]
