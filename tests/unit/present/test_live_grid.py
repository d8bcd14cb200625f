"""The grid shows what a person wants to see of it, and never hides a fault for want of room."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.live import GridView, grid_rows, window

REGIONS = tuple(RegionHealth(name, (), 1, NOON) for name in ("ohio", "oregon", "london"))
MEASURES = (
    ("a", "Fine", "count", False),
    ("b", "Broken in london", "share", False),
    ("c", "Of the platform", "count", True),
    ("d", "Warns", "seconds", False),
)
OUTCOMES = {
    ("a", "ohio"): Outcome.PASS,
    ("b", "ohio"): Outcome.PASS,
    ("b", "london"): Outcome.FAIL,
    ("c", "ohio"): Outcome.PASS,
    ("c", "oregon"): Outcome.NOT_APPLICABLE,
    ("c", "london"): Outcome.NOT_APPLICABLE,
    ("d", "oregon"): Outcome.WARN,
}
VALUES = {key: MeasureValue(*key, 0.5, outcome, NOON, "of ohio") for key, outcome in OUTCOMES.items()}


def titles(view: GridView, shown: range | None = None) -> list[str]:
    rows = grid_rows(MEASURES, REGIONS, VALUES, {}, NOON, 20, {}, view, shown)
    return [row.cells[0].text for row in rows[1:]]


def test_rows_keep_their_places_unless_the_worst_are_wanted_first() -> None:
    assert titles(GridView()) == ["Fine", "Broken in london", "Of the platform", "Warns"]
    assert titles(GridView(worst_first=True))[:2] == ["Broken in london", "Warns"]


def test_faults_alone_are_rows_with_one_in_any_region_also_one_that_has_no_room() -> None:
    assert titles(GridView(faults_only=True)) == ["Broken in london", "Warns"]
    assert titles(GridView(faults_only=True), range(1)) == ["✗ london Broken in london", "! oregon Warns"]
    assert titles(GridView(faults_only=True), range(1, 3)) == ["Broken in london", "Warns"]


def test_a_number_whose_source_does_not_answer_is_no_row_that_is_fine() -> None:
    silent = {("a", "ohio")}
    rows = grid_rows(MEASURES, REGIONS, VALUES, {}, NOON, 20, {}, GridView(faults_only=True), troubled=silent)
    assert [row.key for row in rows[1:]] == ["a", "b", "d"]
    assert rows[1].cells[1].text.startswith("? 0")


def test_a_filter_takes_words_in_any_order() -> None:
    assert titles(GridView(words=("london", "broken"))) == ["Broken in london"]
    assert titles(GridView(words=("nothing-like-this",))) == []


def test_what_is_of_the_whole_platform_stands_in_one_column() -> None:
    (row,) = (row for row in grid_rows(MEASURES, REGIONS, VALUES, {}, NOON, 20, {}) if row.key == "c")
    assert row.cells[1].text.startswith("✓ 0")
    assert [cell.text for cell in row.cells[2:]] == ["", ""]


@pytest.mark.parametrize(
    ("count", "width", "chosen", "shown"),
    [
        (3, 80, 0, [0, 1, 2]),
        (10, 80, 0, [0, 1, 2]),
        (10, 80, 5, [4, 5, 6]),
        (10, 80, 9, [7, 8, 9]),
        (10, 200, 9, list(range(10))),
        (1, 10, 0, [0]),
        (0, 80, 0, []),
        (4, 10, 2, [2]),
    ],
)
def test_regions_without_room_are_reached_by_going_on(count: int, width: int, chosen: int, shown: list[int]) -> None:
    assert list(window(count, width, chosen)) == shown


def test_regions_without_room_are_counted_in_the_heading() -> None:
    rows = grid_rows(MEASURES, REGIONS, VALUES, {}, NOON, 20, {"a": timedelta()}, GridView(), range(1, 2))
    assert rows[0].cells[1].text == "‹1 oregon ● 1›"
