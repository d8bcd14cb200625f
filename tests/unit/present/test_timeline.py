"""The bar below a replay: where the moment is, what was on, what went wrong, and the keys that move."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.timeline import Mark, TimelineView
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.timeline import bar_cell, cues_cell, keys_cell, place, timeline_lines

MINUTE = timedelta(minutes=1)
WORKSHOP = Workshop(1, "December", NOON, 75 * MINUTE, 12, "Europe/Berlin", NOON)
CUES = (
    ("Before", NOON - 30 * MINUTE, NOON - 20 * MINUTE),
    ("Introduction", NOON, NOON + 5 * MINUTE),
    ("Exercise", NOON + 5 * MINUTE, NOON + 60 * MINUTE),
)
VIEW = TimelineView(WORKSHOP, NOON, NOON + 50 * MINUTE, NOON + 10 * MINUTE, False, 5, CUES, ())


def at(minutes: float, outcome: Outcome = Outcome.WARN, kind: str = "alert") -> Mark:
    return Mark(NOON + minutes * MINUTE, outcome, kind)


@pytest.mark.parametrize(
    ("view", "first", "second"),
    [
        (VIEW, "⏸      13:10:00 CET", "T+10:00 of 1:15:00"),
        (replace(VIEW, playing=True), "▶ 5×   13:10:00 CET", "T+10:00 of 1:15:00"),
        (replace(VIEW, now=NOON - 90 * timedelta(seconds=1)), "⏸      12:58:30 CET", "T-1:30 of 1:15:00"),
    ],
)
def test_the_moment_stands_in_local_time_and_from_the_start(view: TimelineView, first: str, second: str) -> None:
    lines = [line.text for line in timeline_lines(view, 78)]
    assert lines[0].startswith(first)
    assert lines[1].startswith(second)
    assert max(map(len, lines)) <= 78


@pytest.mark.parametrize(("minutes", "column"), [(-5, 0), (0, 0), (25, 25), (50, 50), (90, 50)])
def test_a_moment_has_its_column_and_what_lies_outside_stands_at_the_edge(minutes: int, column: int) -> None:
    assert place(VIEW, NOON + minutes * MINUTE, 51) == column


def test_a_recording_of_one_moment_has_one_place() -> None:
    assert place(replace(VIEW, end=NOON), NOON, 51) == 0


@pytest.mark.parametrize(
    ("marks", "bar"),
    [
        ((), "━━█──"),
        ((at(0), at(40, Outcome.FAIL)), "!━█─✗"),
        ((at(40, Outcome.FAIL), at(40, kind="incident"), at(41)), "━━█─◆"),
        ((at(20),), "━━█──"),
        ((at(-5), at(45)), "━━█──"),
    ],
    ids=["none", "signs", "the-worst-shows", "below-the-cursor", "outside"],
)
def test_marks_stand_on_the_bar(marks: tuple[Mark, ...], bar: str) -> None:
    view = replace(VIEW, end=NOON + 40 * MINUTE, now=NOON + 20 * MINUTE, marks=marks)
    assert bar_cell(view, 5).text == bar


def test_each_part_stands_over_its_time_cut_to_its_room() -> None:
    assert cues_cell(VIEW, 51).text == "│Intr│Exercise"
    assert cues_cell(VIEW, 11).text == "││Exercise"
    later = (*CUES, ("End", VIEW.end, VIEW.end + MINUTE))
    assert cues_cell(replace(VIEW, cues=later), 51).text == "│Intr│Exercise"


@pytest.mark.parametrize(
    ("width", "said"),
    [(118, "n N next alert or incident, last  home end"), (78, "n N alert  home end"), (40, "{ } 10 s"), (3, "")],
)
def test_the_keys_are_named_as_far_as_they_have_room(width: int, said: str) -> None:
    line = keys_cell(width).text
    assert line.endswith(said)
    assert len(line) <= width
