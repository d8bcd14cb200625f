"""Alerts in a line: what needs eyes first stands first, and people are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.alerts import alert_lines, alert_rows, shown_alerts

STORAGE = Alert(
    1,
    AlertKey("node-storage", "ohio"),
    Outcome.FAIL,
    "Storage, fullest",
    "91 % · ip-10-0-1-7 full in 14 min",
    ("ana", "bo", "cleo", "dan"),
    18,
    "workspaces-restart",
    NOON,
    NOON,
)


def test_the_worst_that_nobody_has_taken_comes_first_and_what_cleared_long_ago_is_gone() -> None:
    warn = replace(STORAGE, id=2, outcome=Outcome.WARN)
    taken = replace(STORAGE, id=3, acknowledged_at=NOON, acknowledged_by="jo")
    cleared = replace(STORAGE, id=4, cleared_at=NOON)
    old = replace(STORAGE, id=5, cleared_at=NOON - timedelta(hours=1))
    now = NOON + timedelta(minutes=1)
    assert [alert.id for alert in shown_alerts([old, cleared, taken, warn, STORAGE], now)] == [1, 2, 3, 4]


def test_a_row_says_where_what_how_bad_and_whom_it_hits() -> None:
    (row,) = alert_rows([STORAGE], NOON + timedelta(seconds=61), "Europe/Berlin")
    texts = [cell.text for cell in row.cells]
    assert texts[0] == "13:00:00"
    assert texts[1] == ("✗ ohio: Storage, fullest 91 %  4 of 18 people: ana, bo, cleo, …  ip-10-0-1-7 full in 14 min")
    assert texts[2] == "61 s"


def test_a_row_that_was_acknowledged_says_by_whom_and_with_which_word() -> None:
    taken = replace(STORAGE, acknowledged_at=NOON, acknowledged_by="jo", word="on it")
    (row,) = alert_rows([taken], NOON, "UTC")
    assert "acknowledged" in row.cells[1].text
    assert row.cells[3].text == "jo: on it"


def test_where_nobody_can_acknowledge_no_key_is_offered() -> None:
    (row,) = alert_rows([STORAGE], NOON, "UTC", may_act=False)
    assert row.cells[-1].text == "not acknowledged"


def test_the_pane_names_everybody() -> None:
    text = "\n".join(line.text for line in alert_lines(STORAGE, None, NOON, "UTC"))
    assert "4 of 18 people: ana, bo, cleo, dan" in text
