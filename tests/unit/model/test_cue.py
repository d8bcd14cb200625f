"""The run of show by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.cue import cue_at
from workshop_tui.model.guide import Cue
from workshop_tui.model.workshop import Workshop

START = datetime(2026, 12, 1, 14, tzinfo=UTC)
CUES = (
    Cue("introduction", "Introduction", 5, 5, ()),
    Cue("onboarding", "Onboarding", 10, 10, ()),
    Cue("exercise", "Exercise", 40, 60, ()),
    Cue("feedback", "Feedback", 10, 10, ()),
)


def workshop(minutes: int) -> Workshop:
    return Workshop(1, "w", START, timedelta(minutes=minutes), 12, "UTC", START)


@pytest.mark.parametrize(
    ("minutes", "at", "cue"),
    [
        (75, -1, ""),
        (75, 0, "introduction"),
        (75, 5, "onboarding"),
        (75, 15, "exercise"),
        (75, 64.9, "exercise"),
        (75, 65, "feedback"),
        (75, 75, ""),
        (65, 55, "feedback"),
        (120, 80, "feedback"),
        (120, 119, "feedback"),
        (20, 16, "exercise"),
        (20, 21, ""),
    ],
)
def test_the_exercise_takes_the_time_to_spare_and_feedback_ends_with_the_workshop(
    minutes: int, at: float, cue: str
) -> None:
    assert cue_at(CUES, workshop(minutes), START + timedelta(minutes=at)) == cue


def test_without_a_workshop_no_cue_is_on() -> None:
    assert cue_at(CUES, None, START) == ""
