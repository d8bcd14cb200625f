"""Go or No-Go: what the checklist says, and what a person signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from workshop_tui.errors import WorkshopError
from workshop_tui.model.checklist import Readiness
from workshop_tui.model.decision import Verdict
from workshop_tui.model.topic import Topic
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.changes import change_lines
from workshop_tui.present.decision import decision_lines
from workshop_tui.present.duration import local_time
from workshop_tui.session.comparison import compare
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from workshop_tui.session.live import Runtime
    from workshop_tui.session.record import WorkshopRecord


def decisive(readiness: Readiness) -> object:
    """What the dialog shows of it; ages and evidence change all the time."""
    return [(view.item.id, view.outcome) for view in (*readiness.blockers, *readiness.open_items)]


class GoNoGo(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012  # as the base class declares it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close", id="decision.close")]

    def __init__(
        self,
        runtime: Runtime,
        record: WorkshopRecord,
        readiness: Readiness,
        *,
        reason: str,
        keep_draft: Callable[[str], None],
    ) -> None:
        """`reason`: what was typed and not signed the last time."""
        super().__init__()
        self._reason = reason
        self._keep_draft = keep_draft
        self._runtime = runtime
        self._record = record
        self._readiness = readiness
        self._results = tuple(runtime.observation.results.values()) if runtime.observation else ()
        """As they stand while the person reads: the evidence of the signature."""
        self._stop_listening: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Go or No-Go", classes="title")
            yield DetailPane()
            if self._runtime.read_only:
                yield Label("nothing is signed in a replay · esc leaves", classes="hint")
                return
            yield Input(self._reason, placeholder="why (needed to sign against the checklist)")
            yield Label("", classes="wrong", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Sign GO", id="go", variant="success")
                yield Button("Sign NO-GO", id="no-go", variant="error")
            yield Label("tab moves · esc leaves without signing", classes="hint")

    async def on_mount(self) -> None:
        (self.query_one(DetailPane) if self._runtime.read_only else self.query_one(Input)).focus()
        await self._show()
        self._stop_listening = self._runtime.subscribe(self._changed)

    def on_unmount(self) -> None:
        if self._stop_listening:
            self._stop_listening()

    def _changed(self, topics: frozenset[Topic]) -> None:
        """What is signed is what stands here, and that is what is known now."""
        checklist, observation = self._runtime.checklist, self._runtime.observation
        if Topic.CHECKLIST in topics and checklist and observation and self.is_mounted:
            before, self._readiness = self._readiness, checklist.readiness
            self._results = tuple(observation.results.values())
            if decisive(before) != decisive(self._readiness):
                self.run_worker(self._show(), group="show", exclusive=True)

    async def _show(self) -> None:
        timezone = self._record.workshop.timezone
        since_then: list[Cell] = []
        taken = compared = None
        try:
            taken = await self._record.checklist_time(self._runtime.clock.now())
            compared = await compare(self._record, self._results)
        except WorkshopError as error:
            since_then = [cell(str(error), Tone.FAIL)]
        if compared:
            since = compared.since
            who = since if isinstance(since, str) else f"signed by {since.signed_by}"
            since_then = change_lines(f"{local_time(compared.at, timezone)}, {who}", compared.changes)
        lines = decision_lines(
            self._readiness, self._record.decisions, taken, self._record.person, timezone, since_then
        )
        self.query_one(DetailPane).show(lines)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._reason:
            self._reason = event.value
            self._keep_draft(event.value)

    @on(Input.Submitted)
    def _enter_signs_nothing(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#no-go" if self._readiness.blockers else "#go", Button).focus()

    @on(Button.Pressed)
    async def _sign(self, event: Button.Pressed) -> None:
        event.stop()
        verdict = Verdict(event.button.id or "")
        reason = self.query_one(Input).value.strip()
        wrong = self.query_one(".wrong", Label)
        if verdict is not self._readiness.verdict and not reason:
            wrong.update(f"The checklist says {self._readiness.verdict.upper()}: say why you decide otherwise.")
            self.query_one(Input).focus()
            return
        try:
            await self._record.sign(verdict, self._readiness, reason, self._runtime.clock.now(), self._results)
        except WorkshopError as error:
            wrong.update(f"Not signed: {error}")
            return
        self._keep_draft("")
        self.dismiss(None)
