"""What events of pods told is kept, and a flood of them costs no more memory than the limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fakes.noon import NOON
from workshop_tui.collectors.pod_events import Most, NewestEvents
from workshop_tui.model.kubernetes import ImagePull, PodFailure

THREE = Most(3, 3, 3)


def failure(number: int, count: int = 1, reason: str = "Evicted") -> PodFailure:
    return PodFailure("coder-ws", f"pod-{number}", reason, "low on disk", NOON + timedelta(seconds=number), count)


def pull(number: int) -> ImagePull:
    return ImagePull("coder-ws", f"pod-{number}", "goose:1", 12.0, NOON + timedelta(seconds=number))


def test_a_flood_pushes_out_the_oldest_of_its_own_namespace_alone() -> None:
    events = NewestEvents(THREE)
    events.put("quiet", "q", failure(0))
    for number in range(1, 100):
        assert events.put("loud", str(number), failure(number))
    assert [one.pod_name for one in events.snapshot().failures] == ["pod-0", "pod-97", "pod-98", "pod-99"]


def test_a_flood_of_warnings_pushes_out_neither_evictions_nor_pulls() -> None:
    events = NewestEvents(THREE)
    events.put("here", "e", failure(0))
    events.put("here", "p", pull(0))
    for number in range(1, 100):
        events.put("here", str(number), failure(number, reason="FailedMount"))
    told = events.snapshot()
    assert told.pulls == (pull(0),)
    assert [(one.pod_name, one.reason) for one in told.failures] == [
        ("pod-0", "Evicted"),
        *[(f"pod-{number}", "FailedMount") for number in (97, 98, 99)],
    ]


@given(st.permutations(range(20)))
def test_the_newest_are_kept_in_whatever_order_they_come(order: list[int]) -> None:
    events = NewestEvents(THREE)
    for number in order:
        events.put("here", str(number), failure(number))
        events.put("here", f"p-{number}", pull(number))
    told = events.snapshot()
    assert told.failures == (failure(17), failure(18), failure(19))
    assert told.pulls == (pull(17), pull(18), pull(19))


def test_an_event_that_comes_again_counts_as_new() -> None:
    events = NewestEvents(Most(2, 2, 2))
    for number in (1, 2):
        events.put("here", str(number), failure(number))
    assert not events.put("here", "1", failure(1))
    again = replace(failure(1, count=2), at=NOON + timedelta(seconds=3))
    assert events.put("here", "1", again)
    events.put("here", "4", failure(4))
    assert events.snapshot().failures == (again, failure(4))


def test_what_an_event_told_stays_true_when_the_server_forgets_it_and_what_tells_nothing_is_not_kept() -> None:
    events = NewestEvents()
    assert events.put("here", "1", pull(1))
    assert not events.put("here", "2", None)
    assert not events.drop("here", "1")
    assert events.snapshot().pulls == (pull(1),)
