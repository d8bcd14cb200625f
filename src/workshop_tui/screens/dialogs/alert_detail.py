"""One alert in full: its people, its data, the runbook case that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.model.alert import Alert
from workshop_tui.present.alerts import alert_lines
from workshop_tui.screens.offered import offered
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


class AlertDetail(ModalScreen[Literal["cell", "acknowledge", "incident"] | None]):
    """Tells what to do next with the alert; None for nothing."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", id="alert.close"),
        Binding("enter", "dismiss('cell')", "Its cell", id="alert.cell"),
        Binding("a", "acknowledge", "Acknowledge", id="alert.acknowledge"),
        Binding("i", "incident", "Incident", id="alert.incident"),
    ]

    def __init__(self, runtime: Runtime, alert: Alert) -> None:
        super().__init__()
        self._runtime = runtime
        self._alert = alert

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return offered(action, self._runtime) and super().check_action(action, parameters)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Alert", classes="title")
            yield DetailPane()
            opens = "i opens an incident · " if offered("incident", self._runtime) else ""
            yield Label(f"enter shows its cell · {opens}esc leaves", classes="hint")

    def on_mount(self) -> None:
        self._show()
        self.set_interval(self._runtime.pace.strip_s, self._show)
        self.query_one(DetailPane).focus()

    def action_acknowledge(self) -> None:
        self.dismiss("acknowledge")

    def action_incident(self) -> None:
        self.dismiss("incident")

    def _show(self) -> None:
        runtime, record = self._runtime, self._runtime.record
        if record is None:
            return
        self._alert = next((alert for alert in record.alerts if alert.id == self._alert.id), self._alert)
        case = next((case for case in runtime.guide.runbook if case.id == self._alert.case_id), None)
        may_act = offered("acknowledge", runtime)
        lines = alert_lines(self._alert, case, runtime.clock.now(), record.workshop.timezone, may_act=may_act)
        self.query_one(DetailPane).show(lines)
