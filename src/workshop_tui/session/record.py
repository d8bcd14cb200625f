"""What people did and said about one workshop: every method returns only when it is on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from workshop_tui.alerting.incident import first_note
from workshop_tui.model.alert import Alert
from workshop_tui.model.checklist import Readiness
from workshop_tui.model.decision import Decision, Evidence, Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.model.topic import Topic
from workshop_tui.model.workshop import Workshop
from workshop_tui.store.items import UndoneChange
from workshop_tui.store.store import Store


class WorkshopRecord:
    """The stored half of the control room, held in memory and kept equal to the file."""

    def __init__(self, store: Store, workshop: Workshop, person: str, notify: Callable[[Topic], None]) -> None:
        self.store = store
        self.workshop = workshop
        self.person = person
        self._notify = notify
        self._one_reader = asyncio.Lock()
        self.items: dict[str, ItemState] = {}
        self.incidents: tuple[Incident, ...] = ()
        self.alerts: tuple[Alert, ...] = ()
        """Those that are open, and the last few that were cleared; oldest first."""
        self.retrospective: dict[str, RetrospectiveText] = {}
        self.decisions: tuple[Decision, ...] = ()

    async def load(self) -> None:
        await self.reload(set(Topic))

    async def reload(self, topics: Iterable[Topic]) -> None:
        """Read again what another window may have changed; one after the other, so that the newest reading stays."""
        workshop_id = self.workshop.id
        async with self._one_reader:
            for topic in topics:
                await self._reload(workshop_id, topic)

    async def _reload(self, workshop_id: int, topic: Topic) -> None:
        if topic is Topic.WORKSHOP:
            self.workshop = await self.store.workshops.get(workshop_id) or self.workshop
        elif topic is Topic.CHECKLIST:
            self.items = await self.store.items.load(workshop_id)
        elif topic is Topic.INCIDENTS:
            self.incidents = await self.store.incidents.all(workshop_id)
        elif topic is Topic.ALERTS:
            self.alerts = await self.store.alerts.recent(workshop_id)
        elif topic is Topic.RETROSPECTIVE:
            self.retrospective = await self.store.retrospectives.load(workshop_id)
        elif topic is Topic.DECISIONS:
            self.decisions = await self.store.decisions.all(workshop_id)

    async def set_status(self, item_id: str, status: ItemStatus, reason: str = "") -> None:
        state = await self.store.items.change(self.workshop.id, item_id, self.person, status=status, reason=reason)
        self._keep(state)

    async def lapse(self, state: ItemState) -> None:
        self._keep(await self.store.items.lapse(self.workshop.id, state.item_id, state.revision))

    async def set_owner(self, item_id: str, owner: str) -> None:
        self._keep(await self.store.items.change(self.workshop.id, item_id, self.person, owner=owner))

    async def set_note(self, item_id: str, note: str, base_note: str) -> ItemState:
        """`base_note` is what the person saw when they began: a note written meanwhile is kept too."""
        state = await self.store.items.change(self.workshop.id, item_id, self.person, note=note, base_note=base_note)
        self._keep(state)
        return state

    async def undo(self) -> UndoneChange | None:
        """Undo the newest item change; None when there is none left."""
        entry = await self.store.items.undo(self.workshop.id, self.person)
        await self.reload([Topic.CHECKLIST])
        self._notify(Topic.CHECKLIST)
        return entry

    async def item_history(self, item_id: str) -> tuple[JournalEntry, ...]:
        return await self.store.items.history(self.workshop.id, item_id)

    async def open_incident(self, title: str, severity: Severity, case_id: str = "") -> Incident:
        incident = await self.store.incidents.open(self.workshop.id, title, severity, self.person, case_id=case_id)
        await self._incidents_changed()
        return incident

    async def acknowledge_alert(self, alert_id: int, word: str = "") -> Alert:
        """It no longer asks for eyes, until it gets worse."""
        alert = await self.store.alerts.acknowledge(alert_id, self.person, word)
        await self.reload([Topic.ALERTS])
        self._notify(Topic.ALERTS)
        return alert

    async def open_incident_from(self, alert: Alert, title: str, severity: Severity) -> Incident:
        """With its runbook case, its evidence and its people; the one that was opened from it already, if any."""
        incident = await self.store.alerts.open_incident(alert.id, title, severity, first_note(alert), self.person)
        await self.reload([Topic.ALERTS])
        self._notify(Topic.ALERTS)
        await self._incidents_changed()
        return incident

    async def note_incident(self, incident_id: int, text: str) -> None:
        await self.store.incidents.add_note(incident_id, text, self.person)
        await self._incidents_changed()

    async def set_severity(self, incident_id: int, severity: Severity) -> None:
        await self.store.incidents.set_severity(incident_id, severity, self.person)
        await self._incidents_changed()

    async def resolve_incident(self, incident_id: int, text: str = "") -> Incident:
        incident = await self.store.incidents.resolve(incident_id, self.person, text)
        await self._incidents_changed()
        return incident

    async def reopen_incident(self, incident_id: int) -> None:
        await self.store.incidents.reopen(incident_id, self.person)
        await self._incidents_changed()

    async def save_section(self, section_id: str, text: str, base_revision: int) -> RetrospectiveText:
        """The stored text: with both people's words where two wrote at once."""
        saved = await self.store.retrospectives.save(self.workshop.id, section_id, text, base_revision, self.person)
        self.retrospective = {**self.retrospective, section_id: saved}
        self._notify(Topic.RETROSPECTIVE)
        return saved

    async def sign(
        self, verdict: Verdict, readiness: Readiness, reason: str, now: datetime, results: Iterable[CheckResult] = ()
    ) -> Decision:
        """`results`: what the checks said as the person decided; kept with what people had said."""
        decision = await self.store.decisions.sign(
            self.workshop.id,
            verdict,
            readiness.verdict,
            tuple(view.item.title for view in readiness.blockers),
            reason,
            self.person,
            await self.checklist_time(now),
            Evidence(tuple(results), tuple(self.items.values())),
        )
        self.decisions = (*self.decisions, decision)
        self._notify(Topic.DECISIONS)
        return decision

    async def checklist_time(self, now: datetime) -> timedelta | None:
        """From the first change of an item since the last decision; None when nothing was changed."""
        since = self.decisions[-1].signed_at if self.decisions else None
        entries = await self.store.journal.since(0, self.workshop.id)
        first = next(
            (entry.at for entry in entries if entry.kind == "item.changed" and (since is None or entry.at > since)),
            None,
        )
        return None if first is None else now - first

    async def reschedule(
        self,
        *,
        title: str | None = None,
        starts_at: datetime | None = None,
        duration: timedelta | None = None,
        expected_people: int | None = None,
    ) -> None:
        self.workshop = await self.store.workshops.change(
            self.workshop.id,
            self.person,
            title=title,
            starts_at=starts_at,
            duration=duration,
            expected_people=expected_people,
        )
        self._notify(Topic.WORKSHOP)

    def _keep(self, state: ItemState) -> None:
        self.items = {**self.items, state.item_id: state}
        self._notify(Topic.CHECKLIST)

    async def _incidents_changed(self) -> None:
        await self.reload([Topic.INCIDENTS])
        self._notify(Topic.INCIDENTS)
