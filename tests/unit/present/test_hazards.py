from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.hazard import Hazard
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.hazards import hazard_lines, recorded_hazard_lines

START = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
WORKSHOP = Workshop(1, "December", START, timedelta(minutes=60), 12, "Europe/Berlin", START)
PAUSE = Remedy("Pause it.", "kubectl scale")


def drawn(*hazards: Hazard, width: int = 102) -> list[str]:
    return [line.text for line in hazard_lines(hazards, WORKSHOP, width)]


def test_a_quiet_window_is_drawn_with_its_local_times() -> None:
    times, window, _, said = drawn()
    assert times.split() == ["15:00", "16:00"]
    assert window.index("┿") == times.index("15:00")
    assert said == "Nothing is known to disturb it."


def test_a_window_of_which_not_all_is_known_is_not_said_to_be_quiet() -> None:
    said = [line.text for line in hazard_lines((), WORKSHOP, 102, ["gateway key cannot be read: timeout"])][2:]
    assert said == ["? gateway key cannot be read: timeout"]


def test_a_hazard_stands_at_its_time_with_what_to_do_once() -> None:
    lines = drawn(
        Hazard("key rotates", START, "key", remedy=PAUSE),
        Hazard("key rotates", START + timedelta(hours=2), "key", remedy=PAUSE),
    )
    assert lines[2].index("✗") == lines[1].index("┿")
    assert lines[2].endswith("15:00")
    assert lines[3].endswith("17:00")
    assert [line for line in lines if "Pause it." in line] == ["Fix Pause it."]
    assert lines[-1] == "  $ kubectl scale"


def test_a_chance_covers_the_window_and_an_unknown_says_why() -> None:
    chance, unknown = drawn(
        Hazard("rotator", None, "settings", every=timedelta(hours=4.5), chance=0.28),
        Hazard("CronJob x", None, "schedule", "ohio", unknown="its schedule cannot be read"),
    )[2:4]
    assert "~~~~!~~~~" in chance
    assert chance.endswith("28% every 4.5 h")
    assert unknown.startswith("ohio CronJob x")
    assert unknown.endswith("? its schedule cannot be read")


def test_what_may_come_at_any_time_carries_its_sign() -> None:
    row = drawn(Hazard("consolidation", None, "pool", any_time="no budget forbids it"))[2]
    assert "~!~" in row
    assert row.endswith("any time")


def recorded(judged: CheckResult | None) -> list[str]:
    return [line.text for line in recorded_hazard_lines(judged, WORKSHOP, 102)][3:]


def test_a_recording_says_what_was_judged_of_hazards_then() -> None:
    findings = (
        Finding("certificate expires", Outcome.PASS, "17:30 UTC, 2 h 30 min after the end", "ohio"),
        Finding("key rotates", Outcome.FAIL, "14:20 UTC, inside the workshop", remedy=PAUSE),
    )
    judged = CheckResult("window-is-quiet", "Nothing disturbs", Outcome.FAIL, findings, START, 0.1)
    assert recorded(judged) == [
        "A recording keeps of hazards what was judged of them.",
        "✗ fail  Nothing disturbs  Thu 3 Dec 15:00",
        "  ✗ key rotates  14:20 UTC, inside the workshop",
        "    Fix Pause it.",
        "      $ kubectl scale",
        "  ✓ ohio certificate expires  17:30 UTC, 2 h 30 min after the end",
    ]


def test_a_recording_that_holds_no_judgement_claims_nothing() -> None:
    assert recorded(None)[-1] == "? Not recorded: nothing was judged of them until then."
    gap = CheckResult("window-is-quiet", "Nothing disturbs", Outcome.UNKNOWN, (), START, 0.1, "nothing was recorded")
    assert recorded(gap)[1:] == ["? unknown  Nothing disturbs  Thu 3 Dec 15:00", "  nothing was recorded"]
    assert not any("Nothing is known" in line for line in recorded(None) + recorded(gap))


@pytest.mark.parametrize("width", [60, 76, 100, 200])
def test_rows_keep_to_the_width(width: int) -> None:
    long = Hazard("certificate of a-very-long-name.example.test expires", START - timedelta(days=9), "probe", "london")
    rows = drawn(long, Hazard("key", START, "key"), width=width)
    assert max(map(len, rows)) <= max(width, 72)
    assert rows[2].endswith("earlier")
