from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.moment import place_workshop
from workshop_rehearsal.serve import parse_at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T-7d", timedelta(days=-7)),
        ("T-24h", timedelta(hours=-24)),
        ("T+10m", timedelta(minutes=10)),
        ("t+1h30m5s", timedelta(hours=1, minutes=30, seconds=5)),
        ("T", timedelta(0)),
        ("live", timedelta(minutes=1)),
        ("LIVE", timedelta(minutes=1)),
        ("after", timedelta(minutes=75 + 120)),
    ],
)
def test_a_phase_is_read_as_people_write_it(text: str, expected: timedelta) -> None:
    assert parse_at(text) == expected


@pytest.mark.parametrize(
    "text", ["", "2d", "T-", "T-2", "T-2w", "T--2d", "tomorrow", "T-15d", "T+3d", "T+" + "9" * 400 + "d"]
)
def test_an_unreadable_or_far_moment_says_what_is_expected(text: str) -> None:
    with pytest.raises(RehearsalError, match=r"T-14d|expected"):
        parse_at(text)


def test_after_counts_from_the_end_of_the_workshop() -> None:
    assert parse_at("after", workshop_minutes=90) == timedelta(minutes=210)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.integers(1, 14 * 24))
def test_before_the_workshop_it_starts_at_a_half_hour_and_never_earlier_than_asked(now: datetime, hours: int) -> None:
    at = timedelta(hours=-hours)
    starts_at = place_workshop(now, at)
    assert (starts_at.minute % 30, starts_at.second, starts_at.microsecond) == (0, 0, 0)
    assert timedelta(0) <= (starts_at - now) + at < timedelta(minutes=30)


@given(moments, st.integers(0, 48 * 60))
def test_during_and_after_the_workshop_the_moment_is_met_to_the_second(now: datetime, minutes: int) -> None:
    starts_at = place_workshop(now, timedelta(minutes=minutes))
    assert timedelta(0) <= (now - starts_at) - timedelta(minutes=minutes) < timedelta(seconds=1)
