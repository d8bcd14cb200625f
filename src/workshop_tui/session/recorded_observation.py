"""The seen half of the control room, read from a recording instead of the platform."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from workshop_tui.model.as_of import records_as_of
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.duration import short
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.hazard import Hazard
from workshop_tui.model.measure import HOLDS_FOR, MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records
from workshop_tui.model.recording import PlatformFrame, SeenValue
from workshop_tui.model.region_detail import RegionDetail, WorkspaceView
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.platform_frame import Expected
from workshop_tui.observing.workspace_facts import WorkspaceFacts
from workshop_tui.session.observation import SERIES_LENGTH, Observation
from workshop_tui.store.store import Store

_FRAME_EVERY = timedelta(minutes=1)
_STEPS_HELD = 3


class RecordedObservation(Observation):
    """Shows one moment after another; asks and judges nothing."""

    frame: PlatformFrame | None = None
    all_records: Records | None = None
    gap: str = ""
    """Why nothing is known at this moment; empty while somebody was watching."""

    async def load(self, store: Store, workshop: Workshop) -> None:
        self.workshop = workshop
        self.all_records = await store.records(workshop.id)

    async def show(self, store: Store, at: datetime) -> None:
        """All that the rooms show becomes what it was then. Raises `StoreError`."""
        workshop = self.workshop
        if workshop is None:
            return
        frame = await store.recorded.platform(workshop.id, at)
        step = frame.step if frame else PlatformFrame((), ()).step
        holds_for = max(HOLDS_FOR, _STEPS_HELD * step)
        seen = await store.recorded.values(workshop.id, at)
        results = await store.recorded.results(workshop.id, at)
        series = await store.recorded.samples(workshop.id, at, step, SERIES_LENGTH, holds_for)
        names = [health.name for health in frame.health] if frame else [region.name for region in self.settings.region]
        details = {name: await store.recorded.region(workshop.id, name, at) for name in names}
        watched_at = max((one.seen_at for one in seen), default=None)
        self.gap = _gap(watched_at, at, holds_for)
        self.frame = frame
        self.values = {(one.value.measure_id, one.value.region): _held(one, at, holds_for) for one in seen}
        self.series = {key: deque(values, maxlen=SERIES_LENGTH) for key, values in series.items()}
        self.results = {check_id: self._known(result) for check_id, result in results.items()}
        self.records = records_as_of(self.all_records, at) if self.all_records else None
        self._details = {name: detail for name, detail in details.items() if detail is not None}

    _details: Mapping[str, RegionDetail] = {}

    @property
    def readings(self) -> Mapping[SourceKey, Reading]:
        states = self.frame.sources if self.frame else ()
        return {state.source: state.reading for state in states if state.taken_at or state.error_kind}

    @property
    def health(self) -> tuple[RegionHealth, ...]:
        if self.frame is None:
            return tuple(RegionHealth(region.name, (), 0, None, self.gap) for region in self.settings.region)
        if not self.gap:
            return self.frame.health
        titles: dict[str, list[str]] = {}
        for state in self.frame.sources:
            titles.setdefault(state.source.region or "", []).append(state.title)
        return tuple(
            replace(region, failing=tuple(titles.get(region.name, ())), reason=self.gap) for region in self.frame.health
        )

    @property
    def expected(self) -> Expected:
        """As old as a source may be, and a minute: so exact is the recording."""
        states = self.frame.sources if self.frame else ()
        return [(state.source, state.title, state.stale_after + _FRAME_EVERY) for state in states]

    def region_detail(self, name: str) -> RegionDetail:
        found = self._details.get(name)
        if found is None:
            return RegionDetail(name, None, (), (), ("nothing was recorded of it until then",))
        return found.as_last_known(self.gap) if self.gap else found

    absent = "not recorded"

    def workspace_facts(self, region: str, view: WorkspaceView) -> WorkspaceFacts:
        """A recording holds the rows, neither builds nor events."""
        return None, None

    def hazards(self) -> tuple[Hazard, ...] | None:
        """A recording holds what was judged of them, not them."""
        return None

    async def load_records(self, store: Store) -> None:
        if self.workshop is not None:
            self.all_records = await store.records(self.workshop.id)

    async def rerun(self, store: Store, check_ids: Collection[str]) -> None:
        """The past cannot be asked."""

    async def ask_all(self) -> None:
        """Nor can its sources."""

    def _known(self, result: CheckResult) -> CheckResult:
        """While nobody was watching, what was true before proves nothing."""
        if not self.gap or result.outcome is Outcome.NOT_APPLICABLE:
            return result
        return replace(result, outcome=Outcome.UNKNOWN, findings=(), summary=self.gap)


def _gap(watched_at: datetime | None, at: datetime, holds_for: timedelta) -> str:
    if watched_at is None:
        return "nothing was recorded until then"
    return f"nothing was recorded for {short(at - watched_at)}" if at - watched_at > holds_for else ""


def _held(seen: SeenValue, at: datetime, holds_for: timedelta) -> MeasureValue:
    gap = _gap(seen.seen_at, at, holds_for)
    if not gap or seen.value.outcome is Outcome.NOT_APPLICABLE:
        return seen.value
    return replace(seen.value, value=None, outcome=Outcome.UNKNOWN, detail=gap, people=(), people_of=0)
