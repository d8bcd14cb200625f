from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.virtual_time import BEGAN_AT, in_virtual_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.state import State

PODS, NODES = SourceKey("pods", "ohio"), SourceKey("nodes", "ohio")
DOWN = SourceError(ErrorKind.TIMEOUT, "no answer in 5 s")


def said(key: SourceKey, items: object, after_s: float = 0, error: SourceError | None = None) -> Reading:
    at = BEGAN_AT + timedelta(seconds=after_s)
    return Reading(key, items, at, error, at)


def notices(steps: list[tuple[float, Reading]]) -> list[tuple[float, frozenset[SourceKey]]]:
    """(seconds, changed sources) of each notice, when each reading is published at its second."""
    heard: list[tuple[float, frozenset[SourceKey]]] = []

    async def work() -> None:
        loop, state = asyncio.get_running_loop(), State()
        began_s = loop.time()
        state.subscribe(lambda changed: heard.append((round(loop.time() - began_s, 3), changed)))
        for at_s, reading in steps:
            await asyncio.sleep(began_s + at_s - loop.time())
            state.publish(reading)
        await asyncio.sleep(1)

    in_virtual_time(work)
    return heard


def test_the_first_reading_is_told_at_once():
    assert notices([(0, said(PODS, ("a",)))]) == [(0, frozenset({PODS}))]


def test_equal_items_refresh_the_age_and_tell_nobody():
    async def work() -> None:
        state, heard = State(), []
        state.subscribe(heard.append)
        state.publish(said(PODS, ("a",)))
        await asyncio.sleep(1)
        later = said(PODS, ("a",), 9)
        state.publish(later)
        await asyncio.sleep(1)
        assert heard == [frozenset({PODS})]
        assert state.readings[PODS] is later

    in_virtual_time(work)


@pytest.mark.parametrize(
    "then",
    [said(PODS, ("a", "b"), 5), said(PODS, ("a",), 5, DOWN), said(PODS, None, 5)],
    ids=["other items", "an error", "nothing"],
)
def test_other_items_or_an_error_are_told(then):
    assert notices([(0, said(PODS, ("a",))), (5, then)])[1:] == [(5, frozenset({PODS}))]


def test_a_recovery_with_the_same_items_is_told():
    steps = [(0, said(PODS, ("a",))), (1, said(PODS, ("a",), 0, DOWN)), (2, said(PODS, ("a",), 2))]
    assert [at_s for at_s, _ in notices(steps)] == [0, 1, 2]


def test_the_same_error_again_is_no_news():
    steps = [(at_s, said(PODS, ("a",), 0, SourceError(DOWN.kind, DOWN.message))) for at_s in (0, 1, 2)]
    assert [at_s for at_s, _ in notices(steps)] == [0]


def test_what_changes_together_is_told_together():
    steps = [(0, said(PODS, 1)), (0.01, said(PODS, 2)), (0.02, said(NODES, 1)), (0.03, said(PODS, 3))]
    assert notices(steps) == [(0, frozenset({PODS})), (0.1, frozenset({PODS, NODES}))]


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from([PODS, NODES])), min_size=1, max_size=60))
def test_ten_notices_a_second_at_most_and_no_change_is_lost_or_late(changes):
    changes = sorted(changes, key=lambda change: change[0])
    told = notices([(at_s, said(key, number)) for number, (at_s, key) in enumerate(changes)])
    assert all(later - before >= 0.099 for (before, _), (later, _) in pairwise(told))
    for at_s, key in changes:
        assert any(at_s - 0.001 <= told_s <= at_s + 0.102 and key in keys for told_s, keys in told)


def test_one_hears_no_more_after_leaving_even_in_the_middle_of_a_notice():
    async def work() -> None:
        state, heard = State(), []

        def once(changed: frozenset[SourceKey]) -> None:
            heard.append(changed)
            leave()

        leave = state.subscribe(once)
        other: list[frozenset[SourceKey]] = []
        state.subscribe(other.append)
        for number in range(3):
            state.publish(said(PODS, number))
            await asyncio.sleep(1)
        assert (len(heard), len(other)) == (1, 3)

    in_virtual_time(work)


def test_readings_cannot_be_changed_from_outside():
    with pytest.raises(TypeError):
        State().readings[PODS] = said(PODS, 1)  # type: ignore[index]
