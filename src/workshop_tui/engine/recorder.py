"""Writes what was observed to the store, and tries again at the next tick what could not be written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from workshop_tui.errors import SourceError, StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.store.store import Store

_RECORD_AT_LEAST_EVERY = timedelta(minutes=1)

MeasureKey = tuple[str, str | None]


class Recorder:
    """Of one workshop at a time; what waits to be written for another one is still written for that one.

    `told` hears the trouble in one line, and "" when all is written again.
    """

    def __init__(
        self, clock: Clock, readings: Callable[[], Mapping[SourceKey, Reading]], told: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._readings = readings
        self._told = told
        self._workshop_id: int | None = None
        self._essences: dict[str, object] = {}
        self._unsaved: list[tuple[int, CheckResult]] = []
        self._values: dict[MeasureKey, MeasureValue] = {}
        self._recorded: dict[MeasureKey, tuple[MeasureValue, datetime]] = {}
        self._source_errors: dict[SourceKey, SourceError | None] = {}
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._troubled = False

    def begin(self, workshop_id: int, results: Mapping[str, CheckResult]) -> None:
        """`results`: what the store holds of this workshop already."""
        self._workshop_id = workshop_id
        self._essences = {check_id: _essence(result) for check_id, result in results.items()}
        self._values = {}
        self._recorded = {}
        self._source_errors = {}

    def results(self, results: Iterable[CheckResult], *, save_all: bool = False) -> None:
        """Only those whose essence changed are kept, unless `save_all`."""
        if self._workshop_id is None:
            return
        for result in results:
            essence = _essence(result)
            if save_all or self._essences.get(result.check_id) != essence:
                self._unsaved.append((self._workshop_id, result))
                self._essences[result.check_id] = essence
        self._wake.set()

    def values(self, values: Iterable[MeasureValue]) -> None:
        """Written when the number or its outcome changed, and at least every minute."""
        self._values.update({(value.measure_id, value.region): value for value in values})
        self._wake.set()

    def sources_changed(self) -> None:
        self._wake.set()

    async def run(self, store: Store, tick_s: float) -> None:
        """Until cancelled; after a failure the next try is a tick later."""
        while True:
            if self._troubled:
                await asyncio.sleep(tick_s)
            else:
                await self._wake.wait()
            self._wake.clear()
            await self.write(store)

    async def write(self, store: Store) -> None:
        """Everything that waits. A store that fails is told, not raised."""
        async with self._one_at_a_time:
            try:
                await self._write_results(store)
                await self._write_values(store)
                await self._write_sources(store)
            except StoreError as error:
                self._troubled = True
                self._told(str(error))
            else:
                self._troubled = False
                self._told("")

    async def _write_results(self, store: Store) -> None:
        while self._unsaved:
            workshop_id = self._unsaved[0][0]
            batch = [result for owner, result in self._unsaved if owner == workshop_id]
            await store.results.save(workshop_id, batch)
            written = {id(result) for result in batch}
            self._unsaved = [entry for entry in self._unsaved if id(entry[1]) not in written]

    async def _write_values(self, store: Store) -> None:
        workshop_id, now = self._workshop_id, self._clock.now()
        due = {key: value for key, value in self._values.items() if _due(self._recorded.get(key), value, now)}
        if workshop_id is None or not due:
            return
        await store.readings.record(workshop_id, due.values())
        if workshop_id == self._workshop_id:
            self._recorded.update({key: (value, now) for key, value in due.items()})

    async def _write_sources(self, store: Store) -> None:
        """The store drops what it knows, so the first reading after a start tells a recovery."""
        workshop_id = self._workshop_id
        for key, reading in tuple(self._readings().items()):
            if workshop_id is None or workshop_id != self._workshop_id:
                return
            if key not in self._source_errors or self._source_errors[key] != reading.error:
                await store.readings.record_source(workshop_id, reading)
                if workshop_id == self._workshop_id:
                    self._source_errors[key] = reading.error


def _essence(result: CheckResult) -> object:
    """What makes a result worth keeping: how each subject stands, not the age in its words."""
    return result.outcome, tuple((finding.subject, finding.region, finding.outcome) for finding in result.findings)


def _due(last: tuple[MeasureValue, datetime] | None, value: MeasureValue, now: datetime) -> bool:
    if last is None:
        return True
    written, written_at = last
    differs = (written.value, written.outcome) != (value.value, value.outcome)
    return differs or now - written_at >= _RECORD_AT_LEAST_EVERY
