"""Asks each source once, all at the same time: for what runs without a screen."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Collection, Sequence
from contextlib import aclosing
from typing import cast

from workshop_tui.engine.supervisor import MOST_TIME_OUTS, timed_out
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.patience import Patience
from workshop_tui.model.source import PolledSource, Reading, Source, SourceKey, WatchedSource

_log = logging.getLogger(__name__)


async def collect_once(
    sources: Sequence[Source], keys: Collection[SourceKey], clock: Clock
) -> dict[SourceKey, Reading]:
    """Takes about as long as the slowest one, at most its time-out, which begins anew with each page that comes.

    Of a watched source: what it lists first.
    """
    wanted = set(keys)
    chosen = {key: source for source in sources if (key := SourceKey(source.kind.name, source.region)) in wanted}
    readings = await asyncio.gather(*(_ask(key, source, clock) for key, source in chosen.items()))
    return {reading.source: reading for reading in readings}


async def _ask(key: SourceKey, source: Source, clock: Clock) -> Reading:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    error: SourceError
    try:
        most_s = math.inf if isinstance(source, WatchedSource) else source.timeout_s * MOST_TIME_OUTS
        async with Patience().within(source.timeout_s, most_s):
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
