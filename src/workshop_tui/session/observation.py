"""The seen half of the control room: readings become check results and measure values."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.window_hazards import HAZARD_SOURCES, find_hazards
from workshop_tui.errors import StoreError
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.model.clock import Clock
from workshop_tui.model.cue import cue_at
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Cue
from workshop_tui.model.hazard import Hazard
from workshop_tui.model.kinds import NODE_STORAGE
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.pods import WorkspaceKey
from workshop_tui.model.record import Records
from workshop_tui.model.recording import PlatformFrame
from workshop_tui.model.region_detail import RegionDetail, WorkspaceView
from workshop_tui.model.source import Reading, Source, SourceKey
from workshop_tui.model.topic import Topic
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.checker import Checker
from workshop_tui.observing.measurement import evaluate
from workshop_tui.observing.pace import USUAL, Pace
from workshop_tui.observing.platform_frame import platform_frame
from workshop_tui.observing.region_detail import Made, region_detail
from workshop_tui.observing.state import State
from workshop_tui.observing.storage_trends import StorageTrends
from workshop_tui.observing.supervisor import Supervisor
from workshop_tui.observing.usable import stale_after
from workshop_tui.observing.workspace_facts import WorkspaceFacts, workspace_facts
from workshop_tui.recording.recorder import Recorder
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

if TYPE_CHECKING:
    from workshop_tui.collectors.assembly import Assembly

SERIES_LENGTH = 120

MeasureKey = tuple[str, str | None]

_log = logging.getLogger(__name__)


class Observation:
    """Runs the sources and keeps the newest results, values and their recent series.

    `told` hears what is troubled and how, in one line; "" when that works again. `measured` hears every new value.
    """

    def __init__(
        self,
        settings: Settings,
        checks: tuple[Check, ...],
        measures: tuple[Measure, ...],
        clock: Clock,
        notify: Callable[[Topic], None],
        told: Callable[[str, str], None],
        pace: Pace = USUAL,
        cues: tuple[Cue, ...] = (),
        measured: Callable[[list[MeasureValue]], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self.checks = {check.id: check for check in checks}
        self.measures = {measure.id: measure for measure in measures}
        self.not_configured: Mapping[SourceKey, str] = {}
        self.results: dict[str, CheckResult] = {}
        self.values: dict[MeasureKey, MeasureValue] = {}
        self.series: dict[MeasureKey, deque[float | None]] = {}
        self.running: dict[str, datetime] = {}
        self.workshop: Workshop | None = None
        self.records: Records | None = None
        self.recorded = frozenset(check.id for check in checks if check.recorded)
        self._assembly: Assembly | None = None
        self._clock = clock
        self._notify = notify
        self._pace = pace
        self._cues = cues
        self._measured = measured
        self._state = State(pace.gather_s)
        self._supervisor = Supervisor((), self._publish, clock)
        self._checker = Checker(checks, settings, clock, {})
        self._trends = StorageTrends()
        self._made: dict[str, dict[WorkspaceKey, Made]] = {}
        self._changed: set[SourceKey] = set()
        self._wake = asyncio.Event()
        self._told = told
        self._recorder = Recorder(
            clock,
            lambda: self._state.readings,
            lambda line: told("recording", line),
            self._platform_frame,
            self._region_details,
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        return self._assembly.sources if self._assembly else ()

    @property
    def recorded_by(self) -> str:
        """Who else records this workshop; empty while we do."""
        return self._recorder.recorded_by

    @property
    def waiting_count(self) -> int:
        """How many values and results of ours are not on disk."""
        return self._recorder.waiting_count

    async def copy_waiting(self, other: Store) -> int:
        """As `Recorder.copy_waiting`."""
        return await self._recorder.copy_waiting(other)

    @property
    def recorded_count(self) -> int:
        """How many values this window has recorded."""
        return self._recorder.recorded_count

    def alert_raised(self) -> None:
        """Keep at once what stands behind the numbers."""
        self._recorder.alert_raised()

    def connect(self, assembly: Assembly) -> None:
        """Before this, only what is known from last time is there."""
        self._assembly = assembly
        self.not_configured = assembly.not_configured
        self._supervisor = Supervisor(assembly.sources, self._publish, self._clock, servers=assembly.servers)
        self._checker = Checker(tuple(self.checks.values()), self.settings, self._clock, assembly.not_configured)

    @property
    def readings(self) -> Mapping[SourceKey, Reading]:
        return self._state.readings

    def region_detail(self, name: str) -> RegionDetail:
        """What stands behind the region's numbers now. Raises `KeyError` for a region that is not configured."""
        region = next((region for region in self.settings.region if region.name == name), None)
        if region is None:
            raise KeyError(name)
        made = self._made.setdefault(name, {})
        return region_detail(region, self.readings, self.not_configured, self._trends, self.settings, self._clock, made)

    absent = "not known here"
    """Why a fact of a workspace is missing."""

    def workspace_facts(self, region: str, view: WorkspaceView) -> WorkspaceFacts:
        return workspace_facts(region, view, self.readings)

    def hazards(self) -> tuple[Hazard, ...] | None:
        """What disturbs the chosen workshop's window, as far as it can be known now; None where they are not kept."""
        facts = self._checker.facts(HAZARD_SOURCES, self.readings, self.workshop, self.records)
        return find_hazards(facts, self.settings)

    async def load(self, store: Store, workshop: Workshop) -> None:
        """The last known results and values, so that the room is not empty before the first answer."""
        results = await store.results.latest(workshop.id)
        values = {(value.measure_id, value.region): value for value in await store.readings.latest(workshop.id)}
        series = {
            key: deque(
                (point.value for point in await store.readings.series(workshop.id, *key, limit=SERIES_LENGTH)),
                maxlen=SERIES_LENGTH,
            )
            for key in values
        }
        records = await store.records(workshop.id)
        # all at once: what is judged meanwhile belongs to the workshop before
        self.workshop, self.results, self.values, self.series, self.records = workshop, results, values, series, records
        self._recorder.begin(workshop.id, results)
        self._told("records", "")
        self._judge(self.recorded)
        await self._recorder.write(store)

    async def load_records(self, store: Store) -> None:
        """Read again what is recorded of the workshop, and judge it."""
        if self.workshop is not None:
            self.records = await store.records(self.workshop.id)
            self._told("records", "")
            self._judge(self.recorded)
            await self._recorder.write(store)

    async def run(self, store: Store) -> None:
        """Until cancelled."""
        unsubscribe = self._state.subscribe(self._sources_changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._supervisor.run())
                group.create_task(self._judge_changes())
                group.create_task(self._recorder.run(store, self._pace.tick_s, self._pace.write_s))
        finally:
            unsubscribe()

    async def close(self) -> None:
        if self._assembly is not None:
            await self._assembly.close()

    async def rerun(self, store: Store, check_ids: Collection[str]) -> None:
        """Ask the sources of these checks at once, then judge and keep the results."""
        wanted = [check_id for check_id in check_ids if check_id in self.checks]
        since = self._clock.now()
        self.running.update(dict.fromkeys(wanted, since))
        self._notify(Topic.CHECKLIST)
        try:
            await asyncio.gather(*(self._rerun_one(store, check_id) for check_id in wanted))
        finally:
            for check_id in wanted:
                self.running.pop(check_id, None)
            self._notify(Topic.CHECKLIST)

    async def ask_all(self) -> None:
        """Ask every source now."""
        await self._supervisor.collect_now([SourceKey(source.kind.name, source.region) for source in self.sources])

    async def _rerun_one(self, store: Store, check_id: str) -> None:
        check = self.checks[check_id]
        if check.recorded and self.workshop is not None:
            try:
                self.records = await store.records(self.workshop.id)
            except StoreError as error:
                self._told("records", str(error))
            else:
                self._told("records", "")
        kinds = {kind.name for kind in (*check.needs, *check.helps)}
        keys = [SourceKey(source.kind.name, source.region) for source in self.sources if source.kind.name in kinds]
        await self._supervisor.collect_now(keys)
        self._judge([check_id], save_all=True)
        await self._recorder.write(store)
        self.running.pop(check_id, None)
        self._notify(Topic.CHECKLIST)

    def _platform_frame(self) -> PlatformFrame | None:
        """None before the sources are known."""
        if self._assembly is None:
            return None
        regions = [region.name for region in self.settings.region]
        measures = self.measures.values()
        return platform_frame(regions, self.sources, self.readings, measures, self._clock, self._pace.tick_s)

    async def _region_details(self) -> tuple[RegionDetail, ...]:
        """In turns, since each costs as its region's pods count. One that cannot be made is told and left out."""
        details: list[RegionDetail] = []
        for region in self.settings.region if self._assembly is not None else ():
            try:
                details.append(self.region_detail(region.name))
            except Exception as error:  # noqa: BLE001  # as a crash in a check or a measure
                _log.error("how %s is cannot be recorded", region.name, exc_info=error)
                self._told(f"frame of {region.name}", f"{region.name} is not recorded in full ({type(error).__name__})")
            else:
                self._told(f"frame of {region.name}", "")
            await asyncio.sleep(0)
        return tuple(details)

    def _publish(self, reading: Reading) -> None:
        """A tick may look before listeners hear, and must not find a number without its trend."""
        self._state.publish(reading)
        source = reading.source
        if source.kind == NODE_STORAGE.name and source.region is not None:
            now = self._clock.now()
            if reading.error is None:
                self._trends.feed(source.region, cast("tuple[NodeStorage, ...]", reading.items or ()), now)
            self._trends.forget_old(source.region, now - stale_after(NODE_STORAGE, self._clock))

    def _sources_changed(self, keys: frozenset[SourceKey]) -> None:
        self._changed |= keys
        self._wake.set()

    async def _judge_changes(self) -> None:
        """Values follow a change at once, or after `measure_s`; checks likewise after `judge_s`; a tick takes all."""
        loop = asyncio.get_running_loop()
        next_tick_s = loop.time() + self._pace.tick_s
        measure_at_s = judge_at_s = loop.time()
        to_measure: set[SourceKey] = set()
        to_judge: set[SourceKey] = set()
        while True:
            due_s = [next_tick_s, *([measure_at_s] if to_measure else []), *([judge_at_s] if to_judge else [])]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(min(due_s)):
                    await self._wake.wait()
            self._wake.clear()
            to_measure |= self._changed
            to_judge |= self._changed
            self._changed.clear()
            now_s = loop.time()
            ticks = now_s >= next_tick_s
            measures = ticks or (bool(to_measure) and now_s >= measure_at_s)
            judges = ticks or (bool(to_judge) and now_s >= judge_at_s)
            if ticks:
                next_tick_s = now_s + self._pace.tick_s
            if judges:
                await self._judge_in_turns(list(self.checks if ticks else self._checker.affected(frozenset(to_judge))))
                to_judge.clear()
                judge_at_s = now_s + self._pace.judge_s
            if measures:
                await self._measure(None if ticks else frozenset(to_measure))
                to_measure.clear()
                measure_at_s = now_s + self._pace.measure_s
            if measures or judges:
                self._recorder.sources_changed()
                self._notify(Topic.SOURCES)

    def _judge(self, check_ids: Collection[str], *, save_all: bool = False) -> None:
        if not check_ids:
            return
        self._keep(self._checker.judge(self.readings, self.workshop, check_ids, self.records), save_all=save_all)

    async def _judge_in_turns(self, check_ids: Collection[str]) -> None:
        """One check after the other, with others in between: all of them take longer than the loop may be held."""
        while True:
            workshop = self.workshop
            results: list[CheckResult] = []
            for check_id in check_ids:
                results += self._checker.judge(self.readings, workshop, [check_id], self.records)
                await asyncio.sleep(0)
            if workshop is self.workshop:  # else another one was chosen meanwhile
                break
        if results:
            self._keep(results)

    def _keep(self, results: Sequence[CheckResult], *, save_all: bool = False) -> None:
        self.results = {**self.results, **{result.check_id: result for result in results}}
        self._recorder.results(results, save_all=save_all)
        self._notify(Topic.CHECKLIST)

    async def _measure(self, changed: frozenset[SourceKey] | None) -> None:
        """`changed` None is a tick: everything, and each series grows by one point. In turns, as checks are judged."""
        workshop, values = self.workshop, []
        cue = cue_at(self._cues, workshop, self._clock.now())
        for measure in self.measures.values():
            values += evaluate(
                (measure,),
                self.readings,
                workshop,
                self.settings,
                self._clock,
                self.not_configured,
                cue,
                self._trends.slopes,
                changed,
            )
            await asyncio.sleep(0)
        if workshop is not self.workshop:
            await self._measure(changed)
            return
        for value in values:
            key = (value.measure_id, value.region)
            if changed is None:
                self.series.setdefault(key, deque(maxlen=SERIES_LENGTH)).append(value.value)
            self.values[key] = value
        self._recorder.values(values)
        self._measured(values)
        self._notify(Topic.MEASURES)
