"""When a node will be full, as it goes now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.observing.storage_trends import StorageTrends


def disk(second: float, used: int) -> NodeStorage:
    return NodeStorage("n1", 1000, 1000 - used, NOON + timedelta(seconds=second))


def after(*points: tuple[float, int]) -> StorageTrends:
    trends = StorageTrends()
    for second, used in points:
        trends.feed("ohio", [disk(second, used)], NOON)
    return trends


@pytest.mark.parametrize(
    ("points", "full_in_s"),
    [
        ([(0, 400), (60, 460)], 540),
        ([(0, 400), (30, 430)], None),
        ([(0, 400), (60, 400)], None),
        ([(0, 400), (120, 300)], None),
        ([(0, 0), (600, 0), (660, 60), (1200, 600)], 400),
        ([(0, 400), (60, 460), (30, 900)], None),
        ([(0, 940), (60, 1000)], 0),
    ],
)
def test_the_slope_of_the_last_ten_minutes_tells(points: list[tuple[float, int]], full_in_s: float | None) -> None:
    found = after(*points).full_in("ohio", disk(*points[-1]))
    assert (None if found is None else found.total_seconds()) == (
        None if full_in_s is None else pytest.approx(full_in_s)
    )


def test_a_node_that_is_gone_is_forgotten_and_regions_do_not_mix() -> None:
    trends = after((0, 400), (60, 460))
    trends.feed("oregon", [], NOON)
    assert ("ohio", "n1") in trends.slopes
    trends.feed("ohio", [], NOON)
    assert trends.slopes == {}


def test_the_same_answer_again_is_no_new_point() -> None:
    trends = after((0, 400), (60, 460), (60, 460), (60, 460))
    assert trends.slopes["ohio", "n1"] == pytest.approx(1.0)


def test_a_slope_that_no_new_point_confirms_is_dropped_until_one_comes() -> None:
    trends = after((0, 400), (60, 460))
    trends.forget_old("oregon", NOON + timedelta(minutes=5))
    trends.forget_old("ohio", NOON)
    assert trends.full_in("ohio", disk(60, 460)) == timedelta(seconds=540)
    trends.forget_old("ohio", NOON + timedelta(seconds=1))
    assert trends.full_in("ohio", disk(60, 460)) is None
    trends.feed("ohio", [disk(120, 520)], NOON + timedelta(minutes=5))
    assert trends.full_in("ohio", disk(120, 520)) == timedelta(seconds=480)


def test_another_disk_that_is_the_fullest_now_begins_anew() -> None:
    trends = StorageTrends()
    root = NodeStorage("n", 100, 90)
    images = NodeStorage("n", 100, 10, file_system="images")
    for minute, disk in enumerate((root, root, images)):
        trends.feed("ohio", [disk], NOON + timedelta(minutes=minute))
    assert trends.slopes == {}
