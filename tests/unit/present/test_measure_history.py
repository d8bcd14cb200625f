"""A measure over the session: cut where nobody was watching, with what happened marked on it."""

from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.guide import Cue
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.measure import MeasurePoint
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.measure_history import HistoryView, history_view

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
