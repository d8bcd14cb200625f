from __future__ import annotations

from datetime import timedelta

import pytest

from workshop_tui.cli.duration_option import parse_duration
from workshop_tui.cli.platform_command import seconds
from workshop_tui.errors import UserError


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("90m", 90),
        ("90 min", 90),
        ("1h30m", 90),
        ("1h30", 90),
        (" 1H 30Min ", 90),
        ("45s", 0.75),
        ("1.5h", 90),
        ("1d", 24 * 60),
    ],
)
def test_a_duration_is_read_as_people_type_it(text: str, minutes: float) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", " ", "0", "0s", "-5m", "m", "soon", "1h, 2m", "5x", "9" * 20])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(("text", "delay_s"), [(None, 0), ("80ms", 0.08), ("80 ms", 0.08), ("0.2s", 0.2), ("1.5", 1.5)])
def test_the_delay_of_answers_is_plain_seconds_or_a_duration(text: str | None, delay_s: float) -> None:
    assert seconds(text) == pytest.approx(delay_s)


def test_another_delay_is_refused_with_an_example() -> None:
    with pytest.raises(UserError, match="expected a duration like 80ms"):
        seconds("fast")
