"""When the collector of garbage may hold the event loop: for a few milliseconds, and while nobody waits for it."""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_YOUNG = 20_000
_MIDDLE = 50
_OLD = 1_000
"""On its own it looks through what is young alone, in a few ms; through all that is old only in a quiet moment."""
_LOOK_EVERY_S = 5.0
_QUIET_S = 0.005
"""A loop that wakes us no later than this has nothing else to do."""
_TRIES = 10
_MOST_S = 0.016
"""Of CPU. A look that took longer is not soon taken at the same objects again."""
_LET_ALONE_LOOKS = 24
"""So many looks pass over them (two minutes): what was left meanwhile would else be held for ever."""


def relax_gc() -> None:
    """What is loaded by now stays, so it is never looked through; all else seldom as a whole."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    gc.enable()


@asynccontextmanager
async def collecting_when_quiet(every_s: float = _LOOK_EVERY_S) -> AsyncIterator[None]:
    """Meanwhile all that came since the start is looked through every few seconds, when the loop has nothing to do.

    Else what was shown for a while and then left would be held for ever: nothing grows old often enough for the
    collector's own thresholds.
    """
    looking = asyncio.create_task(_look_for_ever(every_s))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look_for_ever(every_s: float) -> None:
    let_alone_looks = 0
    while True:
        await asyncio.sleep(every_s)
        if not gc.isenabled():  # not yet while the program starts
            continue
        await _quiet()
        if let_alone_looks:
            let_alone_looks -= 1
            if not let_alone_looks:
                gc.unfreeze()
        if _look():
            let_alone_looks = let_alone_looks or _LET_ALONE_LOOKS


async def _quiet() -> None:
    """Returns in a quiet moment, or when none comes."""
    loop = asyncio.get_running_loop()
    for _ in range(_TRIES):
        due_s = loop.time() + 0.05
        await asyncio.sleep(0.05)
        if loop.time() - due_s < _QUIET_S:
            return


def _look() -> bool:
    """Whether it was long: then what is there now, most of it a long list of no cycles, is let alone for a while."""
    began_s = time.thread_time()
    gc.collect()
    long = time.thread_time() - began_s > _MOST_S
    if long:
        gc.freeze()
    return long
