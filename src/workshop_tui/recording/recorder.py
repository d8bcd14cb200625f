"""Writes what was observed to the store, in batches; what could not be written is tried again."""

from __future__ import annotations

import asyncio
import getpass
import math
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workshop_tui.errors import SourceError, StoreError
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.recording import PlatformFrame, SeenValue
from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.store.recording import Batch
from workshop_tui.store.store import Store

_LEASE_EVERY_S = 10.0
RECORD_AT_LEAST_EVERY = timedelta(minutes=1)
_STANDS_STILL_S = 8.0
"""A write that lasts longer is told: a person would believe that all is recorded."""
_WAITING_LIMIT = 200_000
"""Values that wait while the store fails: an hour of a busy platform; then the oldest are dropped."""

MeasureKey = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class _Judged:
    workshop_id: int
    result: CheckResult
    asked: bool


async def _nothing_behind() -> Sequence[RegionDetail]:
    return ()


class Recorder:
    """Of one workshop at a time; what waits to be written for another one is still written for that one.

    `told` hears the trouble in one line, and "" when all is written again. `platform` and `details` are asked when a
    frame is due: each minute, and when how a region is seen changes.
    """

    def __init__(
        self,
        clock: Clock,
        readings: Callable[[], Mapping[SourceKey, Reading]],
        told: Callable[[str], None],
        platform: Callable[[], PlatformFrame | None] = lambda: None,
        details: Callable[[], Awaitable[Sequence[RegionDetail]]] = _nothing_behind,
    ) -> None:
        self.recorded_by = ""
        """Who else records this workshop; empty while we do."""
        self.recorded_count = 0
        """Values that are on disk by us."""
        self._clock = clock
        self._readings = readings
        self._told = told
        self._platform = platform
        self._details = details
        self._workshop_id: int | None = None
        self._latest: dict[str, CheckResult] = {}
        self._essences: dict[str, object] = {}
        self._unsaved: list[_Judged] = []
        self._waiting: deque[tuple[int, SeenValue]] = deque(maxlen=_WAITING_LIMIT)
        self._queued: dict[MeasureKey, SeenValue] = {}
        self._source_errors: dict[SourceKey, SourceError | None] = {}
        self._frames_at: datetime | None = None
        """None until there is something of every region to keep, or a minute is over."""
        self._frames_since: datetime | None = None
        self._frames_asked = 0
        """How often somebody asked for frames at once; those kept answer what was asked until they were made."""
        self._frames_answered = 0
        self._seen_health: object = None
        self._claimed_s = float("-inf")
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._troubled = False

    def begin(self, workshop_id: int, results: Mapping[str, CheckResult]) -> None:
        """`results`: what the store holds of this workshop already."""
        self._workshop_id = workshop_id
        self._latest = dict(results)
        self._essences = {check_id: _essence(result) for check_id, result in results.items()}
        self.recorded_by = ""
        self._claimed_s = float("-inf")
        self._begin_values()

    def results(self, results: Iterable[CheckResult], *, save_all: bool = False) -> None:
        """Only those whose essence changed are kept, unless `save_all`."""
        if self._workshop_id is None:
            return
        for result in results:
            essence = _essence(result)
            self._latest[result.check_id] = result
            if save_all or self._essences.get(result.check_id) != essence:
                self._unsaved.append(_Judged(self._workshop_id, result, save_all))
                self._essences[result.check_id] = essence
        self._wake.set()

    def values(self, values: Iterable[MeasureValue]) -> None:
        """Each is recorded when the number or its outcome changed, and at least every minute."""
        if self._workshop_id is None:
            return
        now = self._clock.now()
        for value in values:
            key = (value.measure_id, value.region)
            if _due(self._queued.get(key), value, now):
                self._queued[key] = SeenValue(value, now)
                self._waiting.append((self._workshop_id, self._queued[key]))
        self._wake.set()

    def sources_changed(self) -> None:
        self._wake.set()

    def alert_raised(self) -> None:
        """Keep at once how the regions are."""
        self._frames_asked += 1
        self._wake.set()

    async def run(self, store: Store, tick_s: float, write_s: float) -> None:
        """Every `write_s` until cancelled, then what still waits; after a failure the next try is a tick later."""
        writing: asyncio.Task[None] | None = None
        try:
            while True:
                if not self._troubled:
                    await self._wake.wait()
                self._wake.clear()
                writing = asyncio.create_task(self.write(store))
                await asyncio.shield(writing)
                await asyncio.sleep(tick_s if self._troubled else min(write_s, tick_s))
        finally:
            if writing is not None:
                await writing  # else what it writes would be written twice
            await self.write(store)
            await self._release(store)

    async def write(self, store: Store) -> None:
        """Everything that waits. A store that fails is told, not raised."""
        loop = asyncio.get_running_loop()
        late = loop.call_later(_STANDS_STILL_S, self._stands_still)
        async with self._one_at_a_time:
            try:
                for workshop_id in self._workshops():
                    await self._write(store, workshop_id)
            except StoreError as error:
                self._troubled = True
                self._told(str(error))
            else:
                self._troubled = False
                self._told("")
            finally:
                late.cancel()

    async def copy_waiting(self, other: Store) -> int:
        """Write what waits into a copy of the database too; how many values and results. Raises `StoreError`.

        It goes on waiting: the file that was lost may come back.
        """
        count = 0
        await other.recording.forget_windows()
        for workshop_id in self._workshops():
            judged, values = self._waiting_of(workshop_id)
            batch = Batch(results=[one.result for one in judged], values=values)
            if not batch.empty:
                await other.recording.write(workshop_id, batch, _who())
                await other.recording.release(workshop_id)
                count += len(judged) + len(values)
        return count

    def _waiting_of(self, workshop_id: int) -> tuple[list[_Judged], list[SeenValue]]:
        judged = [one for one in self._unsaved if one.workshop_id == workshop_id]
        return judged, [seen for owner, seen in self._waiting if owner == workshop_id]

    def _stands_still(self) -> None:
        since = self._clock.now() - timedelta(seconds=_STANDS_STILL_S)
        self._told(
            f"the recording stands still since {since:%H:%M:%S} UTC: the database's disk does not answer; "
            f"{self.waiting_count} values are not on disk"
        )

    @property
    def waiting_count(self) -> int:
        """Values and results that are not on disk."""
        return len(self._waiting) + len(self._unsaved)

    def _workshops(self) -> list[int]:
        """Those for which something waits, in the order in which it came; the current one last."""
        waiting = dict.fromkeys(
            [judged.workshop_id for judged in self._unsaved] + [owner for owner, _ in self._waiting]
        )
        current = [] if self._workshop_id is None else [self._workshop_id]
        return [*(owner for owner in waiting if owner != self._workshop_id), *current]

    async def _write(self, store: Store, workshop_id: int) -> None:
        current = workshop_id == self._workshop_id
        judged, values = self._waiting_of(workshop_id)
        batch = Batch(
            results=[one.result for one in judged],
            asked=[one.result for one in judged if one.asked],
            values=values,
        )
        asked, frames_due = self._frames_asked, current and self._frames_due()
        if current:
            batch = await self._with_the_platform(batch, frames_due=frames_due)
        since_claim_s = time.monotonic() - self._claimed_s
        if self.recorded_by and current and since_claim_s < _LEASE_EVERY_S and not batch.asked:
            self._forget(workshop_id, judged, values)
            return
        if batch.empty and (not current or since_claim_s < _LEASE_EVERY_S):
            return
        holder = await store.recording.write(workshop_id, batch, _who())
        self._forget(workshop_id, judged, values)
        self.recorded_count += 0 if holder else len(values)
        if current and workshop_id == self._workshop_id:
            self._claimed_s = time.monotonic()
            before, self.recorded_by = self.recorded_by, holder
            if before and not holder:
                await self._take_over(store, workshop_id)
            elif not holder:
                self._kept(batch, frames_due=frames_due)
                self._frames_answered = asked if frames_due else self._frames_answered

    def _frames_due(self) -> bool:
        if self._frames_asked != self._frames_answered:
            return True
        return self._frames_at is None or abs(self._clock.now() - self._frames_at) >= RECORD_AT_LEAST_EVERY

    async def _with_the_platform(self, batch: Batch, *, frames_due: bool) -> Batch:
        """Sources that broke or recovered, and the frames that are due. The store drops what it knows of sources."""
        now = self._clock.now()
        sources = [
            reading
            for key, reading in tuple(self._readings().items())
            if key not in self._source_errors or self._source_errors[key] != reading.error
        ]
        batch = replace(batch, sources=sources, at=now)
        platform = self._platform()
        if platform is not None and (frames_due or _seen(platform.health) != self._seen_health):
            batch = replace(batch, platform=platform)
        return replace(batch, regions=await self._details()) if frames_due else batch

    def _kept(self, batch: Batch, *, frames_due: bool) -> None:
        self._source_errors.update({reading.source: reading.error for reading in batch.sources})
        if batch.platform is not None:
            self._seen_health = _seen(batch.platform.health)
        if frames_due and batch.at is not None:
            self._frames_since = self._frames_since or batch.at
            complete = bool(batch.regions) and all(region.nodes for region in batch.regions)
            if complete or abs(batch.at - self._frames_since) >= RECORD_AT_LEAST_EVERY:
                self._frames_at = batch.at

    async def _take_over(self, store: Store, workshop_id: int) -> None:
        """The other window is gone: what is now and differs from what it wrote last is recorded by us."""
        kept = await store.results.latest(workshop_id)
        if workshop_id != self._workshop_id:
            return
        self._essences = {check_id: _essence(result) for check_id, result in kept.items()}
        self._begin_values()
        self.results(tuple(self._latest.values()))

    def _begin_values(self) -> None:
        self._queued = {}
        self._source_errors = {}
        self._frames_at = self._frames_since = None
        self._seen_health = None

    def _forget(self, workshop_id: int, judged: Sequence[_Judged], values: Sequence[SeenValue]) -> None:
        done = {id(one) for one in judged}
        self._unsaved = [one for one in self._unsaved if id(one) not in done]
        done = {id(seen) for seen in values}
        self._waiting = deque(
            (pair for pair in self._waiting if pair[0] != workshop_id or id(pair[1]) not in done),
            maxlen=_WAITING_LIMIT,
        )

    async def _release(self, store: Store) -> None:
        if self._workshop_id is None or self.recorded_by:
            return
        try:
            await store.recording.release(self._workshop_id)
        except StoreError as error:
            self._told(str(error))


def _who() -> str:
    try:
        person = getpass.getuser()
    except (KeyError, OSError):
        person = "somebody"
    return f"{person} on {socket.gethostname()}"


def _essence(result: CheckResult) -> object:
    """What makes a result worth keeping: how each subject stands, not the age in its words."""
    return result.outcome, tuple((finding.subject, finding.region, finding.outcome) for finding in result.findings)


def _seen(health: Sequence[RegionHealth]) -> object:
    """How the regions are seen; the age of what answers is no change."""
    return tuple((region.name, region.failing, region.total, region.reason) for region in health)


def _due(last: SeenValue | None, value: MeasureValue, now: datetime) -> bool:
    if last is None:
        return True
    differs = last.value.outcome is not value.outcome or not _equal(last.value.value, value.value)
    return differs or abs(now - last.seen_at) >= RECORD_AT_LEAST_EVERY


def _equal(one: float | None, other: float | None) -> bool:
    """NaN is like NaN: it need not be recorded each time."""
    if one is None or other is None:
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other))
