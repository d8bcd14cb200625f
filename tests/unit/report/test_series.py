from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.measure import HOLDS_FOR, MeasurePoint
from workshop_tui.model.series import Series, lowest, peak, total_peak_and_average

START = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
END = START + timedelta(minutes=10)


def points(*values: tuple[float, float | None]) -> tuple[MeasurePoint, ...]:
    """(minutes after the start, value)"""
    return tuple(MeasurePoint(START + timedelta(minutes=at), value) for at, value in values)


def total(series: Series) -> tuple[float | None, float | None]:
    return total_peak_and_average(series, "workspaces", START, END)


def test_nothing_recorded_is_unknown_and_not_zero() -> None:
    assert total({}) == (None, None)
    assert total({("other", None): points((1, 5))}) == (None, None)
    assert peak({}, "workspaces", START, END) is None
    assert lowest({("workspaces", None): points((1, None))}, "workspaces", START, END) is None


def test_the_average_weighs_each_value_by_the_time_it_held() -> None:
    assert total({("workspaces", None): points((0, 2), (4, 2), (5, 10), (8, 10))}) == (10, 6)


def test_regions_are_added_at_each_time_and_not_by_their_own_peaks() -> None:
    series = {
        ("workspaces", "ohio"): points((0, 8), (5, 1)),
        ("workspaces", "london"): points((0, 1), (5, 8)),
    }
    assert total(series) == (9, 9)


def test_the_platforms_own_series_is_taken_before_the_regions() -> None:
    series = {("workspaces", None): points((0, 3), (5, 3)), ("workspaces", "ohio"): points((0, 100), (5, 100))}
    assert total(series) == (3, 3)


def test_while_one_region_is_unknown_the_sum_is_unknown() -> None:
    series = {
        ("workspaces", "ohio"): points((0, 8), (4, 20), (6, 8)),
        ("workspaces", "london"): points((0, 2), (4, None), (6, 2)),
    }
    assert total(series) == (10, 10)


def test_a_region_that_is_never_known_leaves_the_sum_unknown() -> None:
    series = {("workspaces", "ohio"): points((0, 8), (5, 8)), ("workspaces", "london"): points((0, None))}
    assert total(series) == (None, None)


def test_what_held_at_the_start_counts_and_what_was_before_it_does_not() -> None:
    series = {("workspaces", None): points((-8, 50), (-2, 4), (2, 4), (6, 4))}
    assert total(series) == (4, 4)


def test_after_the_end_nothing_counts() -> None:
    series = {("workspaces", None): points((0, 4), (5, 4), (10, 99), (12, 99))}
    assert total(series) == (4, 4)


def test_a_value_does_not_hold_through_a_time_when_nobody_watched() -> None:
    far = START + timedelta(hours=3)
    series = {("workspaces", None): points((0, 10), (170, 40))}
    most, average = total_peak_and_average(series, "workspaces", START, far)
    assert most == 40
    assert average == 25
    assert timedelta(minutes=170) > 2 * HOLDS_FOR


def test_peak_and_lowest_look_at_every_region_inside_the_window() -> None:
    series = {
        ("storage", "ohio"): points((-1, 0.99), (0, 0.5), (10, 0.7), (11, 0.98)),
        ("storage", "london"): points((2, 0.3), (3, None)),
        ("other", "ohio"): points((2, 1.0), (3, 0.0)),
    }
    assert peak(series, "storage", START, END) == 0.7
    assert lowest(series, "storage", START, END) == 0.3


VALUES = st.lists(
    st.tuples(st.floats(-30, 40, allow_nan=False), st.one_of(st.none(), st.integers(0, 500))), min_size=1, max_size=12
).map(lambda found: points(*sorted(found, key=lambda point: point[0])))


@given(st.dictionaries(st.sampled_from(["ohio", "oregon", "london"]), VALUES, min_size=1))
def test_the_average_never_exceeds_the_peak(by_region: dict[str, tuple[MeasurePoint, ...]]) -> None:
    most, average = total({("workspaces", region): found for region, found in by_region.items()})
    assert (most is None) == (average is None)
    if most is not None and average is not None:
        assert 0 <= average <= most + 1e-9
        highest = sum(max((p.value or 0 for p in found), default=0) for found in by_region.values())
        assert most <= highest


@given(st.integers(0, 50), st.integers(1, 9))
def test_a_constant_is_its_own_peak_and_average(value: int, step_min: int) -> None:
    step = min(step_min, 5)
    series = {("workspaces", None): points(*[(minute, value) for minute in range(0, 10, step)])}
    most, average = total(series)
    assert most == value
    assert average == pytest.approx(value)
