"""One control room's engine: composed, started, and handed to whoever listens."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from workshop_tui.alerting.writer import Alerting
from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.errors import StoreError
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.measures.shared.queried import chosen, wanted_queries
from workshop_tui.model.attention import RegionHealth, StripView
from workshop_tui.model.checklist import Checklist
from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Guide
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.series import Series
from workshop_tui.model.source import SourceKey
from workshop_tui.model.topic import ALL_TOPICS, Topic
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.pace import USUAL, Pace
from workshop_tui.observing.platform_frame import expected_sources, late_after
from workshop_tui.recording.series import RecordedSeries, last_series
from workshop_tui.report.retrospective import fill, retrospective_facts
from workshop_tui.session.checklist import build_checklist
from workshop_tui.session.observation import Observation
from workshop_tui.session.platform_actions import PlatformActions
from workshop_tui.session.record import WorkshopRecord
from workshop_tui.session.smoke_session import SmokeSession
from workshop_tui.session.strip import health_of, strip_of, troubled
from workshop_tui.session.waivers import lapsed
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

if TYPE_CHECKING:
    from workshop_tui.collectors.assembly import Assembly

_log = logging.getLogger(__name__)

Listener = Callable[[frozenset[Topic]], None]

_TOPIC_OF_KIND = {
    "item": Topic.CHECKLIST,
    "incident": Topic.INCIDENTS,
    "alert": Topic.ALERTS,
    "retrospective": Topic.RETROSPECTIVE,
    "decision": Topic.DECISIONS,
    "workshop": Topic.WORKSHOP,
    "registrations": Topic.RECORDS,
    "invite": Topic.RECORDS,
    "message": Topic.RECORDS,
    "load": Topic.RECORDS,
    "smoke": Topic.RECORDS,
    "change": Topic.CHANGES,
}


class Runtime:
    """Holds the current workshop's record and observation; listeners hear which topics changed."""

    read_only = False
    """Nothing can be written, nor changed on the platform."""

    def __init__(
        self,
        settings: Settings,
        guide: Guide,
        store: Store,
        clock: Clock,
        person: str,
        assembler: Callable[[Settings], Assembly] | None = None,
        *,
        pace: Pace = USUAL,
    ) -> None:
        self.settings = settings
        self._assembler = assembler
        self.pace = pace
        self.guide = guide
        self.store = store
        self.clock = clock
        self.person = person
        self.record: WorkshopRecord | None = None
        self.observation: Observation | None = None
        """None until it is loaded."""
        self._alerting = Alerting((), clock, self._alerts_told, self._alerts_stored)
        self.platform_actions = PlatformActions(settings, store, person, self._changed)
        self.smoke = SmokeSession(settings, store, clock, person, self.records_changed)
        self._troubles: dict[str, str] = {}
        self._series = RecordedSeries()
        self._listeners: list[Listener] = []
        self._pending: set[Topic] = set()
        self._checklist: Checklist | None = None
        self._checklist_changed = asyncio.Event()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """`listener` hears each change once per turn of the loop; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def trouble(self) -> str:
        """What the store could not read or keep, in one line; empty when all is well."""
        return next(iter(self._troubles.values()), "")

    @property
    def mode(self) -> str:
        """What stands in the strip's first place."""
        return "REHEARSAL" if self.settings.rehearsal else ""

    @property
    def recorded_by(self) -> str:
        """Who else records what is seen here; empty while this window does."""
        return self.observation.recorded_by if self.observation else ""

    @property
    def recorded_count(self) -> int:
        """How many values this window has recorded."""
        return self.observation.recorded_count if self.observation else 0

    def unsaved(self) -> str:
        """What of the recording is not on disk, in words; "" for nothing. May be asked by another thread."""
        count = self.observation.waiting_count if self.observation and not self.read_only else 0
        return f"{count} recorded values" if count else ""

    async def copy_waiting(self, other: Store) -> int:
        """Write into a copy of the database what waits to be written; how many recorded values. Raises `StoreError`."""
        if self.observation is None or self.read_only:
            return 0
        await self._alerting.copy_waiting(other)
        return await self.observation.copy_waiting(other)

    @property
    def workshop(self) -> Workshop | None:
        return self.record.workshop if self.record else None

    @property
    def checklist(self) -> Checklist | None:
        """None while there is no workshop."""
        if self.record is None:
            return None
        if self._checklist is None:
            observation = self.observation
            self._checklist = build_checklist(
                self.guide,
                self.record.workshop,
                self.record.items,
                observation.results if observation else {},
                observation.checks if observation else {},
                observation.running if observation else {},
                observation.recorded if observation else (),
            )
        return self._checklist

    async def choose(self, workshop: Workshop) -> None:
        """Make this workshop the one that the rooms show."""
        await self._take(workshop)
        await self._read_series()
        self._changed(*ALL_TOPICS)

    async def _take(self, workshop: Workshop) -> None:
        """Without the recorded series, which take 0.2 s and are not on the first screen."""
        record = WorkshopRecord(self.store, workshop, self.person, self._changed)
        await record.load()
        self.record = record
        self._alerting.begin(workshop, record.alerts)
        if self.observation:
            await self.observation.load(self.store, workshop)
        self._series = RecordedSeries()

    async def load(self) -> None:
        """The running workshop, else the next, else the last; none when there is none."""
        told, thresholds = self._alerts_told, self.settings.thresholds
        self._alerting = Alerting(all_measures(), self.clock, told, self._alerts_stored, thresholds)
        self.observation = Observation(
            self.settings,
            all_checks(),
            chosen(all_measures(), self.settings),
            self.clock,
            self._changed,
            self._told,
            self.pace,
            self.guide.cues,
            self._alerting.values,
        )
        await self.platform_actions.load()
        workshop = await self.store.workshops.current(self.clock.now())
        if workshop is not None:
            await self._take(workshop)
            self._changed(*ALL_TOPICS)

    async def run(self) -> None:
        """Watch the platform and the other windows until cancelled."""
        if self.observation is None:
            await self.load()
        observation = self.observation
        assert observation is not None  # noqa: S101  # load() made it
        observation.connect(await self._assemble())
        async with asyncio.TaskGroup() as group:
            group.create_task(observation.run(self.store))
            group.create_task(self._follow_other_windows())
            group.create_task(self._alerting.run(self.store, self.pace.tick_s))
            group.create_task(self._follow_series())
            group.create_task(self._lapse_waivers())

    async def _assemble(self) -> Assembly:
        """The clients take 0.2 s to load: the last known data is on the screen before them."""
        if self._assembler is not None:
            return self._assembler(self.settings)
        module = await asyncio.to_thread(importlib.import_module, "workshop_tui.collectors.assembly")
        assembly: Assembly = module.assemble(self.settings, wanted_queries(all_measures(), self.settings))
        return assembly

    async def close(self) -> None:
        await self.smoke.close()
        if self.observation:
            await self.observation.close()
        await self.platform_actions.close()
        await self.store.close()

    async def rerun(self, check_ids: list[str]) -> None:
        if self.observation:
            await self.observation.rerun(self.store, check_ids)

    async def records_changed(self) -> None:
        """Judge again what is recorded; call it after writing registrations, invites, messages or loads."""
        if self.observation and self.record:
            self.observation.workshop = self.record.workshop
            await self.observation.load_records(self.store)
        self._changed(Topic.RECORDS)

    def strip_view(self) -> StripView:
        return strip_of(self)

    def region_health(self) -> tuple[RegionHealth, ...]:
        return health_of(self)

    def expected_sources(self) -> list[tuple[SourceKey, str, timedelta]]:
        """Each configured source with its title and the age from which it is too old."""
        return expected_sources(self.observation.sources, self.clock) if self.observation else []

    def late_after(self) -> dict[str, timedelta]:
        """Measure id -> the age from which a value shows it."""
        observation = self.observation
        return late_after(observation.sources, observation.measures.values(), self.clock) if observation else {}

    def troubled(self) -> frozenset[tuple[str, str]]:
        """(measure id, region) whose sources' last try failed."""
        return troubled(self)

    async def last_workshop_series(self, measure_id: str, region: str) -> tuple[tuple[float, float], ...]:
        """(minutes since its start, value) of the workshop before this one; empty where nothing was recorded."""
        if self.record is None:
            return ()
        try:
            return await last_series(self.store, self.record.workshop, measure_id, region)
        except StoreError as error:
            self._told("last workshop", str(error))
            return ()

    def series_until_now(self) -> Series:
        """What was measured during the workshop, as far as it was read."""
        return self._series.points

    async def result_history(self, check_id: str, limit: int) -> tuple[CheckResult, ...]:
        """Newest first. Raises `StoreError`."""
        return await self.store.results.history(self.record.workshop.id, check_id, limit) if self.record else ()

    def fill_retrospective(self, text: str) -> str:
        """Markdown with its `{fact}`s filled in from what is known now."""
        if self.record is None:
            return text
        facts = retrospective_facts(
            self.record.workshop,
            self.record.incidents,
            self.record.decisions,
            self.series_until_now(),
            self.settings.thresholds,
            self.observation.records if self.observation else None,
        )
        return fill(text, facts)

    async def _follow_other_windows(self) -> None:
        while True:
            try:
                async for entries in self.store.changes():
                    await self._reload(entries)
                return
            except StoreError as error:
                self._told("other windows", str(error))
            await self._read_all_again()

    async def _read_all_again(self) -> None:
        """Until it works: what other windows wrote meanwhile is not missed."""
        while self._troubles.get("other windows"):
            await asyncio.sleep(self.pace.tick_s)
            try:
                if self.record is not None:
                    await self.record.load()
                await self.records_changed()
            except StoreError as error:
                self._told("other windows", str(error))
            else:
                self._told("other windows", "")
                self._changed(*ALL_TOPICS)

    async def _follow_series(self) -> None:
        while True:
            await self._read_series()
            await asyncio.sleep(self.pace.tick_s)

    async def _read_series(self) -> None:
        if self.record is None:
            return
        try:
            read = await self._series.refresh(self.store, self.record.workshop, self.clock.now())
        except StoreError as error:
            self._told("series", str(error))
        else:
            self._told("series", "")
            if read:
                self._changed(Topic.RETROSPECTIVE)

    def _alerts_told(self, line: str) -> None:
        self._told("alerts", line)

    async def _alerts_stored(self) -> None:
        if self.record is None:
            return
        known = {alert.id for alert in self.record.alerts}
        await self.record.reload([Topic.ALERTS])
        if self.observation and {alert.id for alert in self.record.alerts} - known:
            self.observation.alert_raised()
        self._changed(Topic.ALERTS)

    def _told(self, about: str, line: str) -> None:
        """`line` "" means that it works again."""
        if self._troubles.get(about, "") == line:
            return
        if line:
            _log.warning("%s: %s", about, line)
            self._troubles[about] = line
        else:
            _log.warning("%s: works again", about)
            self._troubles.pop(about)
        self._changed(Topic.SOURCES)

    async def _lapse_waivers(self) -> None:
        while True:
            await self._checklist_changed.wait()
            self._checklist_changed.clear()
            record, checklist = self.record, self.checklist
            if record is None or checklist is None:
                continue
            for view in lapsed(checklist):
                try:
                    await record.lapse(view.state)
                except StoreError as error:
                    _log.warning("a waiver did not lapse, and is tried again: %s", error)

    async def _reload(self, entries: tuple[JournalEntry, ...]) -> None:
        if self.record is None:
            return
        mine = [entry for entry in entries if entry.workshop_id in (None, self.record.workshop.id)]
        topics = {topic for entry in mine if (topic := _TOPIC_OF_KIND.get(entry.kind.split(".")[0])) is not None}
        if topics:
            await self.record.reload(topics)
            if Topic.CHANGES in topics:
                await self.platform_actions.load()
            if topics & {Topic.RECORDS, Topic.WORKSHOP}:
                await self.records_changed()
            self._changed(*topics)

    def _changed(self, *topics: Topic) -> None:
        if Topic.CHECKLIST in topics or Topic.WORKSHOP in topics:
            self._checklist = None
            self._checklist_changed.set()
        if Topic.WORKSHOP in topics and self.observation and self.record:
            self.observation.workshop = self.record.workshop
        if self.record and {Topic.ALERTS, Topic.WORKSHOP} & set(topics):
            self._alerting.go_on(self.record.workshop, self.record.alerts)
        if not self._pending:
            asyncio.get_running_loop().call_soon(self._tell)
        self._pending.update(topics)

    def _tell(self) -> None:
        topics = frozenset(self._pending)
        self._pending.clear()
        for listener in tuple(self._listeners):
            listener(topics)
