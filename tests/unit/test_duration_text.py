"""Durations as programs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.duration_text import read_duration

PARTS = st.tuples(st.integers(0, 10**9), st.sampled_from(["ns", "us", "ms", "s", "m", "h", "d", "w"]))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("1.5s", 1.5),
        ("850ms", 0.85),
        ("1m2.345s", 62.345),
        ("1h0m0s", 3600),
        ("720h", 720 * 3600),
        ("12µs", 12e-6),
        ("12μs", 12e-6),
        ("12us", 12e-6),
        ("7ns", 0),
        ("30d", 30 * 86_400),
        ("2w", 14 * 86_400),
        ("1d12h", 36 * 3600),
    ],
)
def test_a_duration_is_read_to_the_microsecond(text: str, seconds: float) -> None:
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "s", "5", "0", "+0", "1.s", ".5s", "1..5s", "-5s", "+5s", "1,5s", "Never"])
def test_what_is_no_duration_is_unknown(text: str) -> None:
    assert read_duration(text) is None


@pytest.mark.parametrize(
    "text", ["5 s", "5sx", "x5s", "1m-2s", "1h, 2m", "1h 2m", "1h!2m", "1mm", "1mo", "1y", "\u0665s"]
)
def test_nothing_may_stand_between_or_around_the_parts(text: str) -> None:
    assert read_duration(text) is None


@pytest.mark.parametrize("text", ["36500d", "9" * 400 + "h", "9" * 12 + "w"])
def test_a_hundred_years_are_out_of_reach(text: str) -> None:
    assert read_duration(text) is None


@given(st.lists(PARTS, min_size=1))
def test_what_is_read_can_be_added_to_the_time_of_what_goes_on_now(parts: list[tuple[int, str]]) -> None:
    found = read_duration("".join(f"{count}{unit}" for count, unit in parts))
    now = datetime(2026, 12, 3, tzinfo=UTC)
    assert found is None or now - found <= now <= now + found
