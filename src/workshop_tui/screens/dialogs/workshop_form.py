"""A workshop's title, time and people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from workshop_tui.errors import StoreError, UserError, WorkshopError
from workshop_tui.model.local_time import parse_local, whole_number
from workshop_tui.present.duration import clock_pair, local_time, until

if TYPE_CHECKING:
    from workshop_tui.app.drafts import AppWithDrafts
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.session.live import Runtime


class WorkshopForm(ModalScreen["Workshop | None"]):
    """What was typed survives a crash as a draft, and is left as one while the store fails."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel", id="form.cancel")]

    def __init__(self, runtime: Runtime, workshop: Workshop | None) -> None:
        super().__init__()
        self._runtime = runtime
        self._workshop = workshop
        self._place = f"workshop.{workshop.id}" if workshop else "workshop.new"
        self._values = _values(workshop)
        """What stood here before anything was typed."""
        self._refused = False
        """The store did not take it."""

    @property
    def _drafts(self) -> AppWithDrafts:
        return cast("AppWithDrafts", self.app)

    def compose(self) -> ComposeResult:
        draft = (line.partition(": ") for line in self._drafts.draft(self._place).splitlines())
        values = self._values | {name: value for name, _, value in draft if name in self._values}
        fixed = self._workshop is not None
        with Vertical(classes="dialog"):
            yield Label("Change the workshop" if fixed else "A new workshop", classes="title")
            yield Input(values["title"], id="title", placeholder="title, e.g. December workshop")
            yield Input(values["starts"], id="starts", placeholder="start, e.g. 2026-12-03 16:00")
            yield Input(values["timezone"], id="timezone", placeholder="time zone, e.g. Europe/London", disabled=fixed)
            yield Input(values["minutes"], id="minutes", placeholder="minutes, 60 to 90")
            yield Input(values["people"], id="people", placeholder="expected people")
            yield Label("", classes="wrong", markup=False)
            yield Label("tab moves · enter saves · esc leaves", classes="hint")

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _starts_at(self) -> datetime:
        return parse_local(self._value("starts"), self._value("timezone"))

    def _typed(self) -> str:
        """A line for each value that is not as it was."""
        lines = ((name, self.query_one(f"#{name}", Input).value) for name in self._values)
        return "\n".join(f"{name}: {value}" for name, value in lines if value != self._values[name])

    def action_leave(self) -> None:
        """As long as the store fails, what was typed is kept: it could not have been given."""
        kept = bool(self._typed()) and (self._refused or self._drafts.drafts_wait)
        if not kept:
            self._drafts.drop_draft(self._place)
        self.dismiss(None)
        if kept:
            words = "The workshop is not saved. What you typed is kept as a draft, and there again when you come back."
            self.app.notify(words, severity="error", timeout=15, markup=False)

    @on(Input.Changed)
    def _keep(self) -> None:
        if (typed := self._typed()) != self._drafts.draft(self._place):
            self._drafts.keep_draft(self._place, typed)

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
            self._refused = isinstance(error, StoreError)
            self.query_one(".wrong", Label).update(str(error))
            return
        self._drafts.drop_draft(self._place)
        self.dismiss(saved)


def _values(workshop: Workshop | None) -> dict[str, str]:
    """Of the inputs, by their ids."""
    if workshop is None:
        return {"title": "", "starts": "", "timezone": "UTC", "minutes": "75", "people": "15"}
    return {
        "title": workshop.title,
        "starts": local_time(workshop.starts_at, workshop.timezone, "%Y-%m-%d %H:%M"),
        "timezone": workshop.timezone,
        "minutes": str(int(workshop.duration.total_seconds() // 60)),
        "people": str(workshop.expected_people),
    }
