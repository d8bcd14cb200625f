from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.collectors.wire_time import parse_time

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01T12:00:00Z", NOON),
        ("2026-12-01T12:00:00+00:00", NOON),
        ("2026-12-01T13:30:00+01:30", NOON),
        ("2026-12-01T04:00:00-08:00", NOON),
        ("2026-12-01T12:00:00", NOON),
        ("2026-12-01 12:00:00", NOON),
        (" 2026-12-01T12:00:00Z\n", NOON),
        ("2026-12-01T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2026-12-01T12:00:00.123456Z", NOON + timedelta(microseconds=123_456)),
        ("2026-12-01T12:00:00.123456789Z", NOON + timedelta(microseconds=123_456)),
        ("2026-12-01T13:00:00.1234567+01:00", NOON + timedelta(microseconds=123_456)),
        ("2026-12-01T12:00:00.000000", NOON),
    ],
)
def test_times_are_read_as_each_of_our_systems_writes_them(text: str, moment: datetime) -> None:
    found = parse_time(text)
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "never",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+10:00",
        "0001-12-31T23:00:00-00:30",
        "9999-12-31T23:59:59-10:00",
        "2026-13-01T00:00:00Z",
        "2026-12-01T25:00:00Z",
        "1796126400",
    ],
)
def test_nothing_nonsense_and_gos_year_1_are_no_time(text: str | None) -> None:
    assert parse_time(text) is None


@given(
    st.datetimes(
        datetime(1990, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
        datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_what_is_written_is_read_back_in_utc(moment: datetime) -> None:
    found = parse_time(moment.isoformat())
    assert found == moment
    assert found.utcoffset() == timedelta(0)


@given(st.text(max_size=40) | st.text("0123456789-:.TZ+ W", max_size=35))
def test_any_text_is_a_time_with_a_zone_or_none(text: str) -> None:
    found = parse_time(text)
    assert found is None or found.tzinfo is UTC
