from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.present.duration import age, clock_pair, countdown, local_time, short, until

NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (8, "8 s"), (89, "89 s"), (120, "2 min"), (-120, "2 min"), (3 * 3600, "3 h"), (23 * 86400, "23 d")],
)
def test_a_duration_reads_as_one_number_with_its_unit(seconds: int, text: str) -> None:
    assert short(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(110, "1:50"), (0, "0:00"), (-5, "0:00"), (3600 + 3 * 60 + 7, "1:03:07"), (2 * 86400 + 4 * 3600, "2 d 4 h")],
)
def test_a_countdown_reads_like_a_clock_and_never_below_zero(seconds: int, text: str) -> None:
    assert countdown(timedelta(seconds=seconds)) == text


def test_an_age_of_nothing_is_never_and_of_the_future_is_zero() -> None:
    assert age(None, NOON) == "never"
    assert age(NOON + timedelta(hours=1), NOON) == "0 s"


def test_until_says_both_directions() -> None:
    assert until(NOON + timedelta(hours=3), NOON) == "in 3 h"
    assert until(NOON - timedelta(hours=3), NOON) == "3 h ago"


def test_the_clock_shows_local_time_and_utc_once_where_they_are_the_same() -> None:
    assert clock_pair(NOON, "Europe/Berlin") == "13:00 CET 12:00 UTC"
    assert clock_pair(NOON, "Europe/London") == "12:00 UTC"


def test_an_unknown_zone_shows_utc_instead_of_stopping_the_room() -> None:
    assert local_time(NOON, "Mars/Olympus", "%H:%M") == "12:00"


@given(st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)))
def test_every_duration_fits_a_narrow_column(duration: timedelta) -> None:
    assert len(short(duration)) <= 7
    assert len(countdown(duration)) <= 11
