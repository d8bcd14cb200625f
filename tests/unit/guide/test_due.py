from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.guide.due import due_text, parse_due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("T-7d", timedelta(days=-7)),
        ("T-2d", timedelta(days=-2)),
        ("T-24h", timedelta(hours=-24)),
        ("T-90min", timedelta(minutes=-90)),
        ("live", timedelta()),
        ("T+1h", timedelta(hours=1)),
        ("T+48h", timedelta(hours=48)),
        ("T+14d", timedelta(days=14)),
    ],
)
def test_an_offset_is_read_and_said_the_same_way(text: str, due: timedelta) -> None:
    assert parse_due(text) == due
    assert due_text(due) == text


@pytest.mark.parametrize(
    "text", ["", "2d", "T2d", "T-2", "T-2w", "t-2d", "T-0d", "T- 2d", "T-2d ", "LIVE", "T-²d", 3, None]
)
def test_anything_else_is_refused_with_the_form_that_is_wanted(text: object) -> None:
    with pytest.raises(ValueError, match=r"expected an offset like T-2d, T-24h, T\+48h or live"):
        parse_due(text)


@given(st.integers(-9999, 9999))
def test_every_offset_of_whole_minutes_survives_being_said(minutes: int) -> None:
    due = timedelta(minutes=minutes)
    assert parse_due(due_text(due)) == due
