"""What the expected people need, and how long they would wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import WorkshopError
from workshop_tui.present.cell import Tone, cell
from workshop_tui.present.item_detail import remedy_actions
from workshop_tui.screens.dialogs.action_choice import ask_for_action
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from workshop_tui.session.capacity_plan import Known
    from workshop_tui.session.live import Runtime

_COUNTED = ("provisioners-suffice", "gateway-replicas-suffice")


class CapacityPlan(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,p,q", "dismiss(None)", "Close", id="capacity.close"),
        Binding("a", "act", "Scale", id="capacity.act"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Capacity for the expected people", classes="title")
            yield DetailPane()
            yield Label("a scales, after a yes · others: capacity --people N · esc leaves", classes="hint")

    def on_mount(self) -> None:
        self.query_one(DetailPane).focus()
        self.run_worker(self._read(), group="capacity")

    def action_act(self) -> None:
        """What the checks found too few of."""
        observation = self._runtime.observation
        results = observation.results if observation else {}
        actions = remedy_actions(results[check_id] for check_id in _COUNTED if check_id in results)
        if not actions:
            self.notify("No check finds too few of what could be scaled.", timeout=3)
            return
        ask_for_action(self.app, self._runtime, actions, _COUNTED)

    async def _read(self) -> None:
        from workshop_tui.session.capacity_plan import known_of  # noqa: PLC0415  # pydantic

        workshop = self._runtime.workshop
        if workshop is None:
            return
        try:
            known = await known_of(workshop, self._runtime.store)
        except WorkshopError as error:
            self.query_one(DetailPane).show([cell(str(error), Tone.FAIL)])
            return
        while True:
            await self._show(known)
            await asyncio.sleep(self._runtime.pace.judge_s)  # workspaces come and go while it is open

    async def _show(self, known: Known) -> None:
        from workshop_tui.report.capacity_text import capacity_lines  # noqa: PLC0415
        from workshop_tui.session.capacity_plan import plan_of  # noqa: PLC0415  # pydantic

        runtime, observation = self._runtime, self._runtime.observation
        expected = [key for key, _, _ in runtime.expected_sources()]
        readings = observation.readings if observation else {}
        plan = await plan_of(known, readings, runtime.settings, runtime.clock, expected=expected)
        self.query_one(DetailPane).show([cell(line) for line in capacity_lines(plan)])
