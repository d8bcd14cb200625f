"""Numbers with their units, as the live grid and the exports write them."""

from __future__ import annotations

import pytest

from workshop_tui.model.number import number_text, size


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "share", "?"),
        (float("nan"), "count", "?"),
        (0, "share", "0 %"),
        (0.004, "share", "0.4 %"),
        (0.099, "share", "9.9 %"),
        (0.1, "share", "10 %"),
        (1, "share", "100 %"),
        (0, "seconds", "0.0 s"),
        (9.94, "seconds", "9.9 s"),
        (10, "seconds", "10 s"),
        (600.4, "seconds", "600 s"),
        (47.9, "hours", "47.9 h"),
        (48, "hours", "2 d"),
        (-47.9, "hours", "-47.9 h"),
        (-48, "hours", "-2 d"),
        (0, "per-minute", "0/min"),
        (0.5, "per-minute", "0.5/min"),
        (10, "per-minute", "10/min"),
        (3, "count", "3"),
        (2.6, "count", "3"),
    ],
)
def test_a_number_is_as_exact_as_a_person_needs_it(value: float | None, unit: str, text: str) -> None:
    assert number_text(value, unit) == text


@pytest.mark.parametrize(
    ("gib", "text"),
    [(None, "?"), (0, "0 GiB"), (0.5, "512 MiB"), (1, "1.0 GiB"), (9.94, "9.9 GiB"), (10, "10 GiB"), (99.6, "100 GiB")],
)
def test_bytes_are_told_in_the_unit_that_fits(gib: float | None, text: str) -> None:
    assert size(None if gib is None else gib * 2**30) == text
