from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from workshop_tui.model.registration import ShowUp
from workshop_tui.planning.attendance import expected_attendance


def test_earlier_workshops_give_the_rate_and_the_range() -> None:
    expected = expected_attendance(30, [ShowUp(1, 20, 10), ShowUp(2, 20, 14)])
    assert (expected.lowest, expected.likely, expected.highest) == (15, 18, 21)
    assert expected.basis == "24 of 40 came to 2 earlier workshops (60%; 50% to 70%)"


def test_without_an_earlier_workshop_everybody_is_planned_for() -> None:
    expected = expected_attendance(12, [ShowUp(1, 0, 0)])
    assert (expected.lowest, expected.likely, expected.highest) == (0, 12, 12)
    assert "no earlier workshop" in expected.basis


@given(some.integers(0, 500), some.lists(some.builds(ShowUp, some.just(1), some.integers(0, 50), some.integers(0, 60))))
def test_the_likely_number_lies_in_the_range(registered: int, earlier: list[ShowUp]) -> None:
    expected = expected_attendance(registered, earlier)
    assert 0 <= expected.lowest <= expected.likely <= expected.highest <= registered
