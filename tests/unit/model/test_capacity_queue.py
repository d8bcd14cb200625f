"""The queue of builds when a workshop starts, by table and by property."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.capacity import queue_of

people = st.integers(0, 200)
within_s = st.floats(0, 1800)
builds_s = st.lists(st.floats(1, 900), min_size=1, max_size=60)
provisioners = st.integers(1, 40)


@pytest.mark.parametrize(
    ("people", "within_s", "provisioners", "waves", "p50_s", "p95_s"),
    [
        (10, 0, 6, (6, 4), 0, 120),
        (10, 0, 10, (10,), 0, 0),
        (20, 0, 6, (6, 6, 6, 2), 120, 360),
        (4, 480, 1, (4,), 0, 0),
        (0, 0, 6, (), 0, 0),
    ],
)
def test_people_who_find_no_provisioner_wait_for_whole_builds(
    people: int, within_s: float, provisioners: int, waves: tuple[int, ...], p50_s: float, p95_s: float
) -> None:
    queue = queue_of(people, within_s, [120], provisioners)
    assert (queue.waves, queue.p50_s, queue.p95_s) == (waves, p50_s, p95_s)


@given(people, within_s, builds_s, provisioners)
def test_nobody_waits_longer_with_one_provisioner_more(
    people: int, within_s: float, builds_s: list[float], provisioners: int
) -> None:
    before = queue_of(people, within_s, builds_s, provisioners).waits_s
    after = queue_of(people, within_s, builds_s, provisioners + 1).waits_s
    assert all(late <= early + 1e-6 for late, early in zip(after, before, strict=True))


@given(people, within_s, builds_s, provisioners)
def test_everybody_starts_once_and_the_slow_wait_at_least_as_long_as_the_middle(
    people: int, within_s: float, builds_s: list[float], provisioners: int
) -> None:
    queue = queue_of(people, within_s, builds_s, provisioners)
    assert sum(queue.waves) == len(queue.waits_s) == people
    assert 0 <= queue.p50_s <= queue.p95_s


@given(people, within_s, st.floats(1, 900), st.integers(1, 60), provisioners)
def test_builds_that_are_all_alike_wait_like_one_length(
    people: int, within_s: float, build_s: float, count: int, provisioners: int
) -> None:
    assert queue_of(people, within_s, [build_s] * count, provisioners) == queue_of(
        people, within_s, [build_s], provisioners
    )


@given(st.lists(st.floats(1, 900), min_size=1, max_size=40), st.integers(1, 4))
def test_few_people_get_lengths_spread_like_all_that_were_measured(builds_s: list[float], times: int) -> None:
    """With one provisioner the last one waits for all the others' builds: their mean is the measured one."""
    people = 89 * times
    last_s = queue_of(people + 1, 0, builds_s, 1).waits_s[-1]
    mean_s = sum(builds_s) / len(builds_s)
    assert last_s / people == pytest.approx(mean_s, abs=(max(builds_s) - min(builds_s)) * 0.15 + 1e-6)


def test_mixed_lengths_wait_longer_at_the_end_than_their_median_says() -> None:
    usual, mixed = queue_of(12, 0, [60], 6), queue_of(12, 0, [30, 60, 60, 60, 240], 6)
    assert usual.p95_s == 60
    assert mixed.p95_s > 60
    assert sum(mixed.waves) == 12


@pytest.mark.parametrize("builds_s", [[], [0], [60, 0], [-1]])
def test_builds_of_no_length_are_refused(builds_s: list[float]) -> None:
    with pytest.raises(ValueError, match="builds over 0 s"):
        queue_of(10, 0, builds_s, 4)


def test_no_provisioner_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one provisioner"):
        queue_of(10, 0, [120], 0)
