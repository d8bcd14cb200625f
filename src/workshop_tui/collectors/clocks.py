"""The clocks of the platform beside this machine's, in wall time: a rehearsal's own clock has no part in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from workshop_tui.clients.wall_clock import told_at_s
from workshop_tui.errors import SourceError
from workshop_tui.model.kinds import CLOCKS
from workshop_tui.model.remote_clock import RemoteClock
from workshop_tui.model.source import SourceKind

_CUT_S = 0.5
"""The header has whole seconds: on average half of one is missing."""


@dataclass(frozen=True)
class ClockPlace:
    name: str
    region: str | None
    headers: Callable[[], Awaitable[Mapping[str, str]]]
    """Of any answer, by lower-case name. Raises `SourceError`."""


@dataclass(frozen=True)
class ClocksSource:
    """`wall`: seconds since 1970 by this machine's clock."""

    places: tuple[ClockPlace, ...]
    wall: Callable[[], float] = time.time
    interval_s: float = 60
    timeout_s: float = 25
    region: None = None
    kind: SourceKind[tuple[RemoteClock, ...]] = CLOCKS

    async def collect(self) -> tuple[RemoteClock, ...]:
        return tuple(await asyncio.gather(*(self._one(place) for place in self.places)))

    async def _one(self, place: ClockPlace) -> RemoteClock:
        """By the second answer, since the first may wait for a sign-in. What fails leaves the others to be judged."""
        try:
            await place.headers()
            sent_s, began_s = self.wall(), time.monotonic()
            headers = await place.headers()
        except SourceError as error:
            return RemoteClock(place.name, place.region, error=error.message)
        half_s = (time.monotonic() - began_s) / 2
        told_s = told_at_s(headers)
        if told_s is None:
            return RemoteClock(place.name, place.region)
        ahead_s = told_s + _CUT_S - (sent_s + half_s)
        return RemoteClock(place.name, place.region, ahead_s, half_s + _CUT_S)
