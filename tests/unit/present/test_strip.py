from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.attention import LookHere, RegionHealth, StripView
from workshop_tui.model.decision import Decision, Verdict
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.strip import first_line, second_line

NOW = datetime(2026, 12, 3, 13, 37, tzinfo=UTC)
WORKSHOP = Workshop(
    id=1,
    title="December workshop",
    starts_at=NOW + timedelta(days=2),
    duration=timedelta(minutes=75),
    expected_people=18,
    timezone="Europe/Berlin",
    created_at=NOW,
)
VIEW = StripView(
    now=NOW,
    workshop=WORKSHOP,
    mode="REHEARSAL",
    verdict=Verdict.NO_GO,
    blocker_count=2,
    open_item_count=5,
    decision=None,
    regions=(
        RegionHealth("ohio", (), 4, NOW),
        RegionHealth("oregon", ("routes",), 4, NOW - timedelta(seconds=41), "time-out"),
        RegionHealth("london", ("pods", "routes"), 2, None, "refused"),
    ),
    open_incident_count=1,
    look_here=LookHere(Outcome.FAIL, "london: routes", "71 %", "live"),
)


def test_a_wide_strip_says_workshop_time_verdict_and_how_well_each_region_is_seen() -> None:
    line = first_line(VIEW, 140).text
    for part in ("REHEARSAL", "December workshop", "T-2 d", "14:37 CET 13:37 UTC", "✗ NO-GO 2 blockers"):
        assert part in line
    assert "ohio ●" in line
    assert "oregon ◐ 41 s" in line
    assert "london ○ no data" in line


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_narrow_strip_loses_words_before_it_loses_a_status(width: int) -> None:
    line = first_line(VIEW, width).text
    assert len(line) <= width
    assert "NO-GO" in line
    for sign in ("●", "◐", "○"):
        assert sign in line


def test_go_is_green_only_when_no_line_is_left_open() -> None:
    go = replace(VIEW, verdict=Verdict.GO, blocker_count=0)
    assert "! GO, 5 open" in first_line(go, 140).text
    assert "✓ GO" in first_line(replace(go, open_item_count=0), 140).text


def test_during_the_session_the_time_left_counts_down_and_afterwards_it_says_so() -> None:
    live = replace(VIEW, workshop=replace(WORKSHOP, starts_at=NOW - timedelta(minutes=15)))
    after = replace(VIEW, workshop=replace(WORKSHOP, starts_at=NOW - timedelta(hours=5)))
    assert "LIVE 1:00:00 left" in first_line(live, 140).text
    assert "ended 4 h ago" in first_line(after, 140).text


def test_a_signature_against_the_checklist_stays_visible() -> None:
    decision = Decision(1, 1, Verdict.GO, Verdict.NO_GO, ("Key",), "we watch it", "ana", NOW)
    assert "signed GO by ana" in first_line(replace(VIEW, decision=decision), 140).text


def test_the_second_line_names_the_one_thing_to_look_at_and_is_empty_when_all_is_well() -> None:
    assert second_line(VIEW).text == "l LOOK HERE  ✗ london: routes — 71 %   1 open incident"
    assert second_line(replace(VIEW, look_here=None, open_incident_count=0)).text == ""


def test_trouble_with_the_store_comes_before_everything() -> None:
    assert second_line(replace(VIEW, trouble="disk full: free some space")).text == "✗ disk full: free some space"


def test_an_alert_is_counted_and_names_the_people_whom_it_hits() -> None:
    look = LookHere(Outcome.FAIL, "london: Routes 71 %", "5 of 18 people: ana, bo, cleo, … · wildcard fails", "live")
    hit = replace(VIEW, look_here=look, open_alert_count=2)
    said = "l LOOK HERE  ✗ london: Routes 71 % — 5 of 18 people: ana, bo, cleo, … · wildcard fails"
    assert second_line(hit).text == f"{said}   2 alerts · 1 open incident"
    assert second_line(replace(hit, open_alert_count=1, open_incident_count=0)).text.endswith("fails   1 alert")


def test_a_narrow_line_cuts_the_message_before_it_loses_what_is_open() -> None:
    look = LookHere(Outcome.FAIL, "london: Routes 71 %", "5 of 18 people: ana, bo, cleo, … · wildcard fails", "live")
    line = second_line(replace(VIEW, look_here=look, open_alert_count=2, open_incident_count=0), 80).text
    assert line == "l LOOK HERE  ✗ london: Routes 71 % — 5 of 18 people: ana, bo, cleo…   2 alerts"
    assert len(line) <= 80


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "1 change not undone"), (3, "3 changes not undone")])
def test_changes_of_the_platform_that_are_not_undone_are_counted(count: int, said: str) -> None:
    text = second_line(replace(VIEW, changes_left_count=count)).text
    assert (said in text) if said else ("undone" not in text)


def test_a_workshop_has_its_short_clock_where_both_have_no_room() -> None:
    wide = first_line(VIEW, 200).text
    assert "14:37 CET 13:37 UTC" in wide
    narrow = first_line(VIEW, len(wide) - 1).text
    assert "CET" not in narrow
    assert "37 UTC" in narrow
    assert "UTC" not in first_line(VIEW, len(narrow) - 1).text
