"""One change of the platform: what it finds, what it does, how it is undone, and a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from workshop_tui.errors import WorkshopError
from workshop_tui.model.platform_action import ActionPlan, PlatformAction
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.present.cell import Tone, cell
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workshop_tui.session.live import Runtime


class PlatformActionDialog(ModalScreen[bool]):
    """Returns whether it was done. An action, or the undoing of a change."""

    AUTO_FOCUS = "#leave"
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(False)", "Leave", id="action.leave")]

    def __init__(self, runtime: Runtime, what: PlatformAction | PlatformChange, rerun: Sequence[str] = ()) -> None:
        """`rerun`: checks to ask again once it is done."""
        super().__init__()
        self._runtime = runtime
        self._what = what
        self._rerun = tuple(rerun)
        self._plan: ActionPlan | None = None

    def compose(self) -> ComposeResult:
        undoes = isinstance(self._what, PlatformChange)
        with Vertical(classes="dialog"):
            yield Label("Undo this change of the platform?" if undoes else "Change the platform?", classes="title")
            yield DetailPane()
            yield Label("", classes="wrong", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Leave", id="leave")
                yield Button("Undo it" if undoes else "Do it", id="do", variant="warning", disabled=True)
            yield Label("tab moves · nothing is changed before Do it or Undo it is pressed", classes="hint")

    def on_mount(self) -> None:
        self.query_one(DetailPane).show([cell("looking at what is there …", Tone.MUTED)])
        self.run_worker(self._look(), group="action")

    async def _look(self) -> None:
        actions = self._runtime.platform_actions
        what = self._what
        try:
            if isinstance(what, PlatformChange):
                plan = await actions.plan_revert(what)
            else:
                plan = await actions.plan(what)
        except WorkshopError as error:
            self.query_one(DetailPane).show([cell(f"It cannot be looked at: {error}", Tone.FAIL)])
            return
        lines = [cell(line) for line in plan.lines]
        if not plan.changes_something:
            lines.append(cell("It is so already.", Tone.PASS))
        self.query_one(DetailPane).show(lines)
        if plan.changes_something or isinstance(what, PlatformChange):
            self._plan = plan
            self.query_one("#do", Button).disabled = False

    @on(Button.Pressed)
    async def _decide(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "leave":
            self.dismiss(False)
            return
        plan, self._plan = self._plan, None
        if plan is None:
            return
        event.button.disabled = True
        self.run_worker(self._apply(plan), group="action")

    async def _apply(self, plan: ActionPlan) -> None:
        runtime, what = self._runtime, self._what
        try:
            if isinstance(what, PlatformChange):
                await runtime.platform_actions.revert(what, plan)
            else:
                await runtime.platform_actions.apply(plan, runtime.workshop.id if runtime.workshop else None)
        except WorkshopError as error:
            self.query_one(".wrong", Label).update(f"Not done: {error}")
            return
        said = "Undone" if isinstance(what, PlatformChange) else "Done"
        self.app.notify(f"{said}: {plan.action.target} {plan.action.effect}", timeout=5, markup=False)
        if self._rerun:
            self.app.run_worker(runtime.rerun(list(self._rerun)), group="rerun")
        self.dismiss(True)
