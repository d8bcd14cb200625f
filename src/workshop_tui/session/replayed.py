"""The control room on a recording: the same rooms, at a time of their own, and nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.errors import StoreError, UserError
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.model.alert import Alert
from workshop_tui.model.as_of import alerts_as_of, incidents_as_of, items_as_of
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.clock import Clock
from workshop_tui.model.cue import cue_times
from workshop_tui.model.decision import Decision
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Guide
from workshop_tui.model.incident import Incident
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.series import Series
from workshop_tui.model.timeline import Mark, TimelineView
from workshop_tui.model.topic import ALL_TOPICS, Topic
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.pace import USUAL, Pace
from workshop_tui.observing.platform_frame import Expected
from workshop_tui.recording.recorder import RECORD_AT_LEAST_EVERY
from workshop_tui.recording.series import recorded_series
from workshop_tui.report.retrospective import MEASURED
from workshop_tui.session.live import Runtime
from workshop_tui.session.playback import Playback
from workshop_tui.session.read_only import ReadOnlyActions, ReadOnlySmokeTests
from workshop_tui.session.record import WorkshopRecord
from workshop_tui.session.recorded_observation import RecordedObservation
from workshop_tui.settings.region import Region, RegionRole
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

_AROUND = timedelta(minutes=15)
"""What of a longer recording the replay spans before and after the workshop."""
_RECENT_ALERTS = 20


@dataclass(frozen=True)
class _Past:
    """Everything that people did in the recording, whenever."""

    journal: tuple[JournalEntry, ...] = ()
    incidents: tuple[Incident, ...] = ()
    alerts: tuple[Alert, ...] = ()
    decisions: tuple[Decision, ...] = ()


class RecordAsOf(WorkshopRecord):
    """The recorded half of the control room at one moment."""

    past = _Past()
    at = datetime.max.replace(tzinfo=UTC)

    async def read(self) -> None:
        """The whole past; `show` a moment of it then. Raises `StoreError`."""
        workshop_id = self.workshop.id
        self.workshop = await self.store.workshops.get(workshop_id) or self.workshop
        self.past = _Past(
            await self.store.journal.since(0, workshop_id),
            await self.store.incidents.all(workshop_id),
            await self.store.alerts.all(workshop_id),
            await self.store.decisions.all(workshop_id),
        )

    async def show(self, at: datetime) -> set[Topic]:
        """What differs from the moment that was shown before."""
        past, before = self.past, (self.items, self.incidents, self.alerts, self.decisions, self.retrospective)
        self.at = at
        self.items = items_as_of(past.journal, at)
        self.incidents = incidents_as_of(past.incidents, past.journal, at)
        alerts = alerts_as_of(past.alerts, past.journal, at)
        cleared = [alert for alert in alerts if not alert.open][-_RECENT_ALERTS:]
        self.alerts = tuple(alert for alert in alerts if alert.open or alert in cleared)
        self.decisions = tuple(decision for decision in past.decisions if decision.signed_at <= at)
        self.retrospective = await self.store.retrospectives.load(self.workshop.id, until=at)
        after = (self.items, self.incidents, self.alerts, self.decisions, self.retrospective)
        topics = (Topic.CHECKLIST, Topic.INCIDENTS, Topic.ALERTS, Topic.DECISIONS, Topic.RETROSPECTIVE)
        return {topic for topic, old, new in zip(topics, before, after, strict=True) if old != new}

    async def reload(self, topics: Iterable[Topic]) -> None:
        """What another window wrote meanwhile."""
        await self.read()
        await self.show(self.at)

    async def item_history(self, item_id: str) -> tuple[JournalEntry, ...]:
        return tuple(entry for entry in await super().item_history(item_id) if entry.at <= self.at)


class Replay(Runtime):
    """`playback` is the time of everything that is shown. The store must be open for reading only."""

    read_only = True

    def __init__(
        self,
        settings: Settings,
        guide: Guide,
        store: Store,
        wanted: Workshop,
        begin: datetime | None,
        pace: Pace = USUAL,
    ) -> None:
        now = begin or wanted.starts_at
        self.playback = Playback(now, now, now)
        super().__init__(settings, guide, store, Clock(wall=self._now), "", pace=pace)
        self.platform_actions = ReadOnlyActions(settings, store, "", self._changed)
        self.smoke = ReadOnlySmokeTests(settings, store, self.clock, "", self.records_changed)
        self._wanted = wanted
        self._begin = begin
        self._moved = asyncio.Event()
        self._whole_series: Series = {}

    def _now(self) -> datetime:
        return self.playback.now()

    @property
    def mode(self) -> str:
        return "REPLAY"

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Alerts and incidents of the whole recording, oldest first."""
        past = self.record.past if isinstance(self.record, RecordAsOf) else _Past()
        found = [Mark(alert.raised_at, alert.outcome, "alert") for alert in past.alerts]
        found += [Mark(incident.opened_at, Outcome.FAIL, "incident") for incident in past.incidents]
        return tuple(sorted(found, key=lambda mark: mark.at))

    async def load(self) -> None:
        await self._open(self._wanted, self._begin)

    async def choose(self, workshop: Workshop) -> None:
        await self._open(workshop, None)

    async def _open(self, workshop: Workshop, begin: datetime | None) -> None:
        """Raises `UserError` where nothing was recorded of it."""
        span = await self.store.recorded.span(workshop.id)
        if span is None:
            raise UserError(f"nothing was recorded of workshop {workshop.id} ({workshop.title})")
        record = RecordAsOf(self.store, workshop, self.person, self._changed)
        await record.read()
        start, end = _clipped(span, workshop)
        if begin is not None:
            start, end = min(start, max(span[0], begin)), max(end, min(span[1], begin))
        self.playback = Playback(start, end, begin or max(start, workshop.starts_at))
        observation = RecordedObservation(
            self.settings,
            all_checks(),
            all_measures(),
            self.clock,
            self._changed,
            self._told,
            self.pace,
            self.guide.cues,
        )
        await observation.load(self.store, workshop)
        self.record, self.observation, self._whole_series = record, observation, {}
        await self.show()
        if not self.settings.region:
            self.settings = _with_regions(self.settings, [region.name for region in observation.health])
        self._changed(*ALL_TOPICS)

    async def show(self) -> None:
        """What the playback's moment was like. Raises `StoreError`."""
        record, observation, at = self.record, self.observation, self.playback.now()
        if not isinstance(record, RecordAsOf) or not isinstance(observation, RecordedObservation):
            return
        results = observation.results
        topics = await record.show(at)
        await observation.show(self.store, at)
        if observation.results != results:
            topics.add(Topic.CHECKLIST)
        self._changed(Topic.MEASURES, Topic.SOURCES, *topics)

    @property
    def timeline(self) -> TimelineView | None:
        """None until it is loaded."""
        workshop, playback = self.workshop, self.playback
        if workshop is None:
            return None
        cues = tuple((cue.title, start, end) for cue, start, end in cue_times(self.guide.cues, workshop))
        return TimelineView(
            workshop, playback.start, playback.end, playback.now(), playback.playing, playback.speed, cues, self.marks
        )

    def moved(self) -> None:
        """The playback jumped, began or stopped: show it now."""
        self._moved.set()

    def jump(self, at: datetime) -> None:
        self.playback.jump(at)
        self.moved()

    def jump_to_mark(self, direction: int) -> Mark | None:
        """To the next alert or incident, or the one before; None where there is none."""
        now = self.playback.now()
        ahead = [mark for mark in self.marks if (mark.at > now if direction > 0 else mark.at < now)]
        inside = [mark for mark in ahead if self.playback.start <= mark.at <= self.playback.end]
        if not inside:
            return None
        mark = inside[0] if direction > 0 else inside[-1]
        self.jump(mark.at)
        return mark

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._play())
            group.create_task(self._follow_other_windows())
            group.create_task(self._follow_the_recording())

    async def _play(self) -> None:
        while True:
            self._moved.clear()
            try:
                await self.show()
            except StoreError as error:
                self._told("recording", str(error))
            else:
                self._told("recording", "")
            if self.playback.playing and self.playback.at_end:
                self.playback.pause()
            try:
                async with asyncio.timeout(self.pace.move_s if self.playback.playing else None):
                    await self._moved.wait()
            except TimeoutError:
                continue

    async def _follow_the_recording(self) -> None:
        """It may still grow. What the retrospective counts takes a while to read, and is read beside all else."""
        read: object = None
        while True:
            workshop = self.workshop
            if workshop is not None:
                try:
                    span = await self.store.recorded.span(workshop.id)
                    if (workshop.id, span) != read:
                        self._whole_series = await recorded_series(self.store, workshop, MEASURED)
                        self._changed(Topic.RETROSPECTIVE)
                except StoreError as error:
                    self._told("series", str(error))
                else:
                    read = (workshop.id, span)
                    self._told("series", "")
                    if span is not None and workshop == self.workshop:
                        self.playback.end = max(self.playback.end, _clipped(span, workshop)[1])
            await asyncio.sleep(self.pace.tick_s)

    def region_health(self) -> tuple[RegionHealth, ...]:
        return self.observation.health if isinstance(self.observation, RecordedObservation) else ()

    def expected_sources(self) -> Expected:
        return self.observation.expected if isinstance(self.observation, RecordedObservation) else []

    def late_after(self) -> dict[str, timedelta]:
        frame = self.observation.frame if isinstance(self.observation, RecordedObservation) else None
        late = frame.late_after if frame else {}
        return {measure_id: limit + RECORD_AT_LEAST_EVERY for measure_id, limit in late.items()}

    async def rerun(self, check_ids: list[str]) -> None:
        """The past cannot be asked."""

    async def records_changed(self) -> None:
        if self.observation:
            await self.observation.load_records(self.store)
        self.moved()

    async def result_history(self, check_id: str, limit: int) -> tuple[CheckResult, ...]:
        found = await super().result_history(check_id, 10 * limit)
        return tuple(result for result in found if result.judged_at <= self.clock.now())[:limit]

    def series_until_now(self) -> Series:
        now = self.clock.now()
        return {key: [point for point in points if point.at <= now] for key, points in self._whole_series.items()}


def _clipped(span: tuple[datetime, datetime], workshop: Workshop) -> tuple[datetime, datetime]:
    """The workshop and a little around it, where that was recorded; else all that was."""
    start, end = max(span[0], workshop.starts_at - _AROUND), min(span[1], workshop.ends_at + _AROUND)
    return (start, end) if start < end else span


def _with_regions(settings: Settings, names: list[str]) -> Settings:
    """Without settings the recording names the regions; the first one is taken for the control plane."""
    roles = [RegionRole.CONTROL_PLANE, *([RegionRole.PROXY] * len(names))]
    regions = tuple(Region(name=name, role=role) for name, role in zip(names, roles, strict=False))
    return settings.model_copy(update={"region": regions})
