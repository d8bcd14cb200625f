"""A measure over the session: cut where nobody was watching, with what happened marked on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.noon import NOON
from workshop_tui.model.guide import Cue
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.measure import MeasurePoint
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.measure_history import HistoryView, history_legend, history_view, thinned

WORKSHOP = Workshop(1, "December", NOON, timedelta(minutes=75), 12, "UTC", NOON)
CUES = (Cue("introduction", "Introduction", 5, 5, ()), Cue("exercise", "Exercise", 60, 60, ()))


def view(
    *points: tuple[float, float | None], at: float = 30, last: tuple[tuple[float, float], ...] = ()
) -> HistoryView:
    told = [MeasurePoint(NOON + timedelta(minutes=minute), value) for minute, value in points]
    incident = Incident(1, 1, 3, "storage", Severity.P1, NOON + timedelta(minutes=12), "ana")
    return history_view(told, last, WORKSHOP, CUES, [incident], NOON + timedelta(minutes=at), 100)


def test_the_line_is_cut_where_the_value_was_unknown_or_nobody_was_watching() -> None:
    assert view((0, 0.1), (1, 0.2), (2, None), (3, 0.3), (20, 0.4)).lines == (
        ((0, 1), (10, 20)),
        ((3,), (30,)),
        ((20,), (40,)),
    )


def test_cues_that_have_begun_and_incidents_stand_at_their_minutes() -> None:
    shown = view((0, 0.1))
    assert shown.cues == ((0, "Introduction"), (5, "Exercise"))
    assert shown.incidents == ((12, "#3"),)
    assert (shown.start, shown.end) == (-15, 30)


def test_the_last_workshop_lies_under_the_same_minutes() -> None:
    assert view((0, 0.1), last=((-20, 0.5), (0, 0.6), (29, 0.7), (31, 0.8))).last == ((0, 29), (60, 70))
    assert view((0, 0.1)).last is None


def test_not_a_number_is_a_gap_and_nothing_at_all_is_said() -> None:
    assert view((0, float("nan"))).empty
    assert not view((0, 0.0)).empty


def test_ticks_are_whole_minutes_within_the_session() -> None:
    assert view((0, 0.1)).ticks == [-10, 0, 10, 20, 30]


def test_no_sign_of_the_plot_is_explained_by_its_colour() -> None:
    assert [line.text for line in history_legend(view((0, 0.1), last=((0, 0.6),)), "%")] == [
        "Across: minutes since the start · up: %",
        "⠤⠤⠤ this workshop  ··· last workshop",
        "Cues  Introduction +0 · Exercise +5",
        "Incidents  #3 +12",
    ]
    assert "? nothing was recorded yet" in [line.text for line in history_legend(view(), "")]


def test_a_cue_is_named_as_far_as_it_has_room_before_the_next() -> None:
    assert view((0, 0.1)).cue_labels(90) == [(0, "Introduct"), (5, "Exercise")]
    assert view((0, 0.1)).cue_labels(20) == [(0, "I"), (5, "Exercise")]


def test_a_plot_begins_at_nothing_and_leaves_room_above() -> None:
    assert view((0, 0.1), (1, 0.5)).limits == (0, pytest.approx(55))
    assert view((0, 0.1), last=((0, 0.8),)).limits == (0, pytest.approx(88))
    assert view((0, 0.0)).limits == (0, 1)


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(-10, 1e6)), max_size=3000).map(sorted))
def test_of_thousands_of_points_few_are_drawn_and_no_peak_is_lost(points: list[tuple[float, float]]) -> None:
    kept = thinned(points, 0, 90)
    assert len(kept) <= 4 * 201
    assert set(kept) <= set(points)
    assert kept == sorted(kept)
    values = [value for _, value in points]
    assert (min(values), max(values)) == (min(v for _, v in kept), max(v for _, v in kept)) if points else not kept
