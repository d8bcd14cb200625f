"""What events of pods told is kept, and a flood of them costs no more memory than the limit."""

from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.collectors.pod_events import NewestEvents
from workshop_tui.model.kubernetes import ImagePull, PodFailure


def failure(number: int, count: int = 1) -> PodFailure:
    return PodFailure("coder-ws", f"pod-{number}", "Evicted", "low on disk", NOON + timedelta(seconds=number), count)


def test_a_flood_pushes_out_the_oldest_of_its_own_namespace_alone() -> None:
    events = NewestEvents(most=3)
    events.put("quiet", "q", failure(0))
    for number in range(1, 100):
        assert events.put("loud", str(number), failure(number))
    assert [one.pod_name for one in events.snapshot().failures] == ["pod-0", "pod-97", "pod-98", "pod-99"]


def test_an_event_that_comes_again_counts_as_new() -> None:
    events = NewestEvents(most=2)
    for number in (1, 2):
        events.put("here", str(number), failure(number))
    assert not events.put("here", "1", failure(1))
    assert events.put("here", "1", failure(1, count=2))
    events.put("here", "3", failure(3))
    assert [(one.pod_name, one.count) for one in events.snapshot().failures] == [("pod-1", 2), ("pod-3", 1)]


def test_what_an_event_told_stays_true_when_the_server_forgets_it_and_what_tells_nothing_is_not_kept() -> None:
    events = NewestEvents()
    pull = ImagePull("coder-ws", "pod", "goose:1", 12.0, NOON)
    assert events.put("here", "1", pull)
    assert not events.put("here", "2", None)
    assert not events.drop("here", "1")
    assert events.snapshot().pulls == (pull,)
