"""The collector never stays away for good, and never looks through a long list."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from workshop_tui.cli.gc_tuning import collecting_when_quiet, relax_gc


@pytest.fixture(autouse=True)
def _own_thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    gc.collect()
    relax_gc()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class _Left:
    """Holds itself, as a widget that was left does."""

    def __init__(self) -> None:
        self.own = self


async def _until(seen: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        await seen.wait()


async def test_what_grew_old_and_was_left_is_collected_while_the_program_runs() -> None:
    left, gone = _Left(), asyncio.Event()
    gc.collect()  # it is old now, where the thresholds alone would never look again
    watched = weakref.ref(left, lambda _: gone.set())
    del left
    assert watched() is not None
    async with collecting_when_quiet(every_s=0.01):
        await _until(gone)


async def test_what_is_left_behind_while_a_long_list_is_let_alone_goes_in_the_end() -> None:
    listed = [[number] for number in range(1_000_000)]
    frozen, gone = gc.get_freeze_count(), asyncio.Event()
    left = _Left()
    watched = weakref.ref(left, lambda _: gone.set())
    async with collecting_when_quiet(every_s=0.01), asyncio.timeout(60):
        while gc.get_freeze_count() < frozen + len(listed):  # noqa: ASYNC110  # the collector has no event for it
            await asyncio.sleep(0.01)
        del left  # frozen by now, where the collector does not look
        gc.collect()
        assert watched() is not None
        await gone.wait()
    assert len(listed) == 1_000_000


async def test_a_long_list_is_not_looked_through_again() -> None:
    frozen = gc.get_freeze_count()
    listed = [[number] for number in range(1_000_000)]
    async with collecting_when_quiet(every_s=0.01), asyncio.timeout(10):
        while gc.get_freeze_count() < frozen + len(listed):  # noqa: ASYNC110  # the collector has no event for it
            await asyncio.sleep(0.01)
    assert len(listed) == 1_000_000
