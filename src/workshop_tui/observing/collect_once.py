"""Asks each source once, all at the same time: for what runs without a screen."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
from collections.abc import Collection, Sequence
from contextlib import aclosing
from typing import cast

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.idle_timeout import IdleTimeout, pause_asked_for
from workshop_tui.model.source import PolledSource, Reading, Source, SourceKey, WatchedSource
from workshop_tui.observing.supervisor import MOST_TIME_OUTS, timed_out

_log = logging.getLogger(__name__)

LIMIT_S = 120.0
"""So long all of it may take where nobody says otherwise."""
_PAUSES_GROW = 1.5
"""Each further pause lasts at least so many times the second of the first: one that never stops is asked ever less."""


async def collect_once(
    sources: Sequence[Source], keys: Collection[SourceKey], clock: Clock, *, limit_s: float = LIMIT_S
) -> dict[SourceKey, Reading]:
    """Takes about as long as the slowest one, at most its time-out, which begins anew with each page that comes.

    Of a watched source: what it lists first. A server that limits the rate is waited for as it asks. What is not
    there after `limit_s` is a time-out.
    """
    wanted = set(keys)
    until_s = asyncio.get_running_loop().time() + limit_s
    chosen = {key: source for source in sources if (key := SourceKey(source.kind.name, source.region)) in wanted}
    readings = await asyncio.gather(*(_within(until_s, limit_s, key, source, clock) for key, source in chosen.items()))
    return {reading.source: reading for reading in readings}


async def _within(until_s: float, limit_s: float, key: SourceKey, source: Source, clock: Clock) -> Reading:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    try:
        async with asyncio.timeout_at(until_s):
            for earlier_count in itertools.count():
                reading = await _ask(key, source, clock)
                error = reading.error
                if error is None or error.kind is not ErrorKind.RATE_LIMITED:
                    break
                pause_s = max(pause_asked_for(error), _PAUSES_GROW**earlier_count)
                if loop.time() + pause_s >= until_s:
                    break
                await asyncio.sleep(pause_s)
    except TimeoutError:
        late = SourceError(ErrorKind.TIMEOUT, f"not the whole answer in the {limit_s:g} s that all may take")
        return Reading(key, None, None, late, clock.now(), loop.time() - began_s)
    return reading


async def _ask(key: SourceKey, source: Source, clock: Clock) -> Reading:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    error: SourceError
    try:
        most_s = math.inf if isinstance(source, WatchedSource) else source.timeout_s * MOST_TIME_OUTS
        async with IdleTimeout().within(source.timeout_s, most_s):
            items = await _first(source)
    except TimeoutError:
        error = timed_out(source, began_s)
    except SourceError as failure:
        error = failure
    except StopAsyncIteration:
        error = SourceError(ErrorKind.UNREACHABLE, "the watch ended")
    except Exception as failure:  # noqa: BLE001  # a bug in one collector breaks that source alone
        _log.error("%s: internal error", key, exc_info=failure)
        error = SourceError(ErrorKind.MALFORMED, f"internal error {type(failure).__name__}, please report")
    else:
        now = clock.now()
        return Reading(key, items, now, None, now, loop.time() - began_s)
    return Reading(key, None, None, error, clock.now(), loop.time() - began_s)


async def _first(source: Source) -> object:
    if isinstance(source, WatchedSource):
        async with aclosing(source.stream()) as stream:  # type: ignore[type-var]
            return await anext(stream)
    return await cast("PolledSource", source).collect()
