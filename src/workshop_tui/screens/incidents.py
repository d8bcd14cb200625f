"""Room 4: the incident log, its timeline, and the runbook beside it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.topic import Topic
from workshop_tui.present.incident import COLUMNS, case_for, case_lines, incident_rows, timeline_lines
from workshop_tui.screens.dialogs.choice import Choice
from workshop_tui.screens.offered import offered
from workshop_tui.screens.room import Room
from workshop_tui.widgets.detail_pane import DetailPane
from workshop_tui.widgets.row_list import RowList


class IncidentsRoom(Room):
    CSS_PATH = "incidents.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "note", "note", id="incidents.note", tooltip="Write a line into the timeline"),
        Binding("s", "severity", "severity", id="incidents.severity", tooltip="Change the severity"),
        Binding("v", "resolve", "resolve", id="incidents.resolve", tooltip="Resolve, with what helped; or open again"),
        Binding(
            "right_square_bracket",
            "case(1)",
            "next case",
            key_display="]",
            id="incidents.next-case",
            tooltip="Next case of the runbook",
        ),
        Binding(
            "left_square_bracket",
            "case(-1)",
            "previous case",
            show=False,
            key_display="[",
            id="incidents.previous-case",
            tooltip="Previous case of the runbook",
        ),
        Binding("escape", "back", "back", show=False, id="incidents.back", tooltip="From the line back to the list"),
    ]

    _case_step: int = 0

    def compose_room(self) -> ComposeResult:
        with Horizontal(id="body"):
            how = " Press i and write one line to open one." if offered("new_incident", self.runtime) else ""
            yield RowList(COLUMNS, id="incidents", empty=f"No incident.{how}")
            with Vertical(id="middle"):
                yield DetailPane(id="timeline")
                yield Input(id="entry", placeholder="n writes here: what happened, what was done")
            yield DetailPane(id="runbook")

    @property
    def _list(self) -> RowList:
        return self.query_one("#incidents", RowList)

    @property
    def _chosen(self) -> Incident | None:
        key = self._list.cursor_key
        incidents = self.record.incidents if self.record else ()
        return next((incident for incident in incidents if str(incident.id) == key), None)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._list.focus()

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if topics & {Topic.INCIDENTS, Topic.WORKSHOP}:
            self._show()

    def show_time(self) -> None:
        self._show()

    def _show(self) -> None:
        if self.runtime and self.record:
            now = self.runtime.clock.now()
            self.query_one("#entry").display = offered("note", self.runtime)
            self._list.update_rows(incident_rows(self.record.incidents, now))
            self._show_chosen()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._case_step = 0
        self._show_chosen()

    @on(RowList.Chosen)
    def action_note(self) -> None:
        if self._chosen and offered("note", self.runtime):
            self.query_one("#entry", Input).focus()

    def action_back(self) -> None:
        self._list.focus()

    def _show_chosen(self) -> None:
        runtime, record, incident = self.runtime, self.record, self._chosen
        if runtime is None or record is None:
            return
        timeline = self.query_one("#timeline", DetailPane)
        if incident is not None:
            timeline.show(timeline_lines(incident, record.workshop.timezone, runtime.clock.now()))
            timeline.scroll_end(animate=False)
        else:
            timeline.show([])
        cases = runtime.guide.runbook
        if cases:
            at = (case_for(incident, cases) + self._case_step) % len(cases)
            self.query_one("#runbook", DetailPane).show(case_lines(cases[at], at + 1, len(cases)))

    def action_case(self, step: int) -> None:
        self._case_step += step
        self._show_chosen()
        self.query_one("#runbook", DetailPane).scroll_home(animate=False)

    @on(Input.Changed, "#entry")
    def _keep_draft(self, event: Input.Changed) -> None:
        if incident := self._chosen:
            self.control_room.keep_draft(f"incident.{incident.id}.note", event.value)

    @on(Input.Submitted, "#entry")
    def _note(self, event: Input.Submitted) -> None:
        event.stop()
        text, incident = event.value.strip(), self._chosen
        if not text or incident is None:
            return
        entry = event.input
        incident_id = incident.id

        async def write() -> None:
            record = self.record
            if record is not None:
                await record.note_incident(incident_id, text)
                entry.clear()
                self.control_room.drop_draft(f"incident.{incident_id}.note")

        self.do(lambda _: write())

    def action_severity(self) -> None:
        if (incident := self._chosen) and self.runtime:
            incident_id = incident.id

            def decided(key: str | None) -> None:
                if key:
                    self.do(lambda record: record.set_severity(incident_id, Severity(key)))

            options = [(name, meaning) for name, meaning in self.runtime.guide.severities]
            self.app.push_screen(Choice(f"How bad is it? {incident.title}", options), decided)

    def action_resolve(self) -> None:
        incident = self._chosen
        if incident is None:
            return
        incident_id = incident.id
        if not incident.open:
            self.do(lambda record: record.reopen_incident(incident_id))
            return

        def decided(text: str | None) -> None:
            if text is not None:
                self.do(lambda record: record.resolve_incident(incident_id, text), draft=place)

        place = f"incident.{incident_id}.resolve"
        self.control_room.ask(
            "Resolved: what helped?",
            place,
            decided,
            hint=incident.title,
        )
