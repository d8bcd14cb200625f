from datetime import UTC, datetime

import pytest

from workshop_tui.errors import UserError
from workshop_tui.model.local_time import parse_local, whole_number


@pytest.mark.parametrize(
    ("text", "timezone", "utc"),
    [
        ("2026-12-03 16:00", "Europe/London", datetime(2026, 12, 3, 16, tzinfo=UTC)),
        ("2026-07-01 16:00", "Europe/London", datetime(2026, 7, 1, 15, tzinfo=UTC)),
        ("2026-12-03T16:00", "America/New_York", datetime(2026, 12, 3, 21, tzinfo=UTC)),
        ("03.12.2026 16:00", "UTC", datetime(2026, 12, 3, 16, tzinfo=UTC)),
        ("2026-10-25 01:30", "Europe/London", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "other form", "dotted", "shown twice: the first"],
)
def test_a_local_time_means_what_the_wall_clock_there_says(text: str, timezone: str, utc: datetime) -> None:
    assert parse_local(text, timezone) == utc


@pytest.mark.parametrize(
    ("text", "timezone", "said"),
    [
        ("2026-03-29 01:30", "Europe/London", "the clock skips it"),
        ("tomorrow", "UTC", "expected 2026-12-03 16:00"),
        ("2026-12-03 16:00", "Mars/Olympus", "unknown time zone"),
        ("2026-12-03 16:00", "", "unknown time zone"),
        ("2026-12-03 16:00", "../etc/passwd", "unknown time zone"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_what_was_expected(text: str, timezone: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_local(text, timezone)


@pytest.mark.parametrize("text", ["", "many", "0", "101", "1.5"])
def test_a_number_outside_its_bounds_is_refused_with_the_bounds(text: str) -> None:
    with pytest.raises(UserError, match="from 1 to 100"):
        whole_number(text, "people", least=1, most=100)
