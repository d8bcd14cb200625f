"""A workshop's title, time and people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.model.local_time import parse_local, whole_number
from workshop_tui.present.duration import clock_pair, local_time, until

if TYPE_CHECKING:
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.session.live import Runtime


class WorkshopForm(ModalScreen["Workshop | None"]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="form.cancel")]

    def __init__(self, runtime: Runtime, workshop: Workshop | None) -> None:
        super().__init__()
        self._runtime = runtime
        self._workshop = workshop

    def compose(self) -> ComposeResult:
        workshop = self._workshop
        timezone = workshop.timezone if workshop else "UTC"
        starts = local_time(workshop.starts_at, timezone, "%Y-%m-%d %H:%M") if workshop else ""
        minutes = int(workshop.duration.total_seconds() // 60) if workshop else 75
        with Vertical(classes="dialog"):
            yield Label("Change the workshop" if workshop else "A new workshop", classes="title")
            yield Input(workshop.title if workshop else "", id="title", placeholder="title, e.g. December workshop")
            yield Input(starts, id="starts", placeholder="start, e.g. 2026-12-03 16:00")
            yield Input(timezone, id="timezone", placeholder="time zone, e.g. Europe/London", disabled=bool(workshop))
            yield Input(str(minutes), id="minutes", placeholder="minutes, 60 to 90")
            yield Input(str(workshop.expected_people if workshop else 15), id="people", placeholder="expected people")
            yield Label("", classes="wrong", markup=False)
            yield Label("tab moves · enter saves · esc leaves", classes="hint")

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _starts_at(self) -> datetime:
        return parse_local(self._value("starts"), self._value("timezone"))

    @on(Input.Changed)
    def _explain(self) -> None:
        wrong = self.query_one(".wrong", Label)
        if not self._value("starts"):
            wrong.update("")
            return
        try:
            starts_at = self._starts_at()
        except UserError as error:
            wrong.update(str(error))
        else:
            now = self._runtime.clock.now()
            past = " — this is in the past" if starts_at < now else ""
            wrong.update(f"{clock_pair(starts_at, self._value('timezone'))}, {until(starts_at, now)}{past}")

    @on(Input.Submitted)
    async def _save(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            title = self._value("title")
            if not title:
                raise UserError("a workshop needs a title")
            starts_at = self._starts_at()
            duration = timedelta(minutes=whole_number(self._value("minutes"), "minutes", least=5, most=24 * 60))
            people = whole_number(self._value("people"), "expected people", least=1, most=100_000)
            workshops = self._runtime.store.workshops
            if self._workshop is None:
                saved = await workshops.create(
                    title, starts_at, duration, people, self._value("timezone"), self._runtime.person
                )
            else:
                saved = await workshops.change(
                    self._workshop.id,
                    self._runtime.person,
                    title=title,
                    starts_at=starts_at,
                    duration=duration,
                    expected_people=people,
                )
        except WorkshopError as error:
            self.query_one(".wrong", Label).update(str(error))
            return
        self.dismiss(saved)
