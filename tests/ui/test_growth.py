"""What is opened and left again is not held: counts of live objects, after everything unreachable was collected."""

from __future__ import annotations

import gc
from collections import Counter

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot

from fakes.driving import until, until_text
from fakes.rooms import Stage


def _live_nodes() -> Counter[str]:
    gc.collect()
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, DOMNode))


async def _through_all_rooms(pilot: Pilot[None], times: int) -> None:
    for _ in range(times):
        for room in "2451":
            await pilot.press(room)


async def test_going_through_the_rooms_leaves_no_widgets_behind(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await _through_all_rooms(pilot, 3)
        before = _live_nodes()
        await _through_all_rooms(pilot, 10)
        await pilot.pause()
        assert _live_nodes().total() <= before.total() + 10


async def test_another_list_with_other_keys_leaves_no_widgets_behind(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2", *["tab"] * 4)
        before = _live_nodes()
        await pilot.press(*["tab"] * 16)
        await pilot.pause()
        assert _live_nodes().total() <= before.total() + 10


@pytest.mark.parametrize(
    ("keys", "shown"), [("n", "saved while you type"), ("question_mark", "In this room"), ("i", "Incident")]
)
async def test_a_dialog_that_was_left_is_not_held(stage: Stage, keys: str, shown: str) -> None:
    async with stage.app().run_test(size=(120, 50), notifications=True) as pilot:
        await until_text(pilot, "December workshop")

        async def look() -> None:
            await pilot.press(keys)
            await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
            await until_text(pilot, shown)
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            await pilot.pause()

        await look()
        before = _live_nodes()
        for _ in range(5):
            await look()
        assert _live_nodes().total() <= before.total() + 3, _live_nodes() - before
