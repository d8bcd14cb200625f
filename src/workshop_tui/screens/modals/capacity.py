"""What the expected people need, and how long they would wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import WorkshopError
from workshop_tui.present.cell import Tone, cell
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from workshop_tui.engine.runtime import Runtime


class CapacityPlan(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,p,q", "dismiss(None)", "Close", id="capacity.close")]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Capacity for the expected people", classes="title")
            yield DetailPane()
            yield Label("other numbers: workshop-tui capacity --people N · esc leaves", classes="hint")

    def on_mount(self) -> None:
        self.query_one(DetailPane).focus()
        self.run_worker(self._show(), group="capacity")

    async def _show(self) -> None:
        from workshop_tui.engine.capacity import capacity_of  # noqa: PLC0415  # pydantic
        from workshop_tui.report.capacity_text import capacity_lines  # noqa: PLC0415

        runtime, workshop, observation = self._runtime, self._runtime.workshop, self._runtime.observation
        if workshop is None:
            return
        expected = [key for key, _, _ in runtime.expected_sources()]
        readings = observation.readings if observation else {}
        try:
            plan = await capacity_of(
                workshop, runtime.store, readings, runtime.settings, runtime.clock, expected=expected
            )
        except WorkshopError as error:
            self.query_one(DetailPane).show([cell(str(error), Tone.FAIL)])
            return
        self.query_one(DetailPane).show([cell(line) for line in capacity_lines(plan)])
