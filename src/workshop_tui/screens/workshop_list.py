"""All workshops: choose the one to show, or create one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import WorkshopError
from workshop_tui.present.workshop import COLUMNS, workshop_rows
from workshop_tui.screens.dialogs.workshop_form import WorkshopForm
from workshop_tui.screens.offered import offered
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.session.live import Runtime


class WorkshopList(ModalScreen[None]):
    CSS_PATH = "workshop_list.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "create", "new", id="workshops.new", tooltip="Create a workshop"),
        Binding("e", "change", "change", id="workshops.change", tooltip="Change its title, time or people"),
        Binding("escape", "dismiss(None)", "back", id="workshops.back"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._workshops: tuple[Workshop, ...] = ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return offered(action, self._runtime) and super().check_action(action, parameters)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Workshops", classes="title")
            yield RowList(COLUMNS, empty="No workshop yet: press n to create the first one.")
            writes = "n new · e change · " if offered("change", self._runtime) else ""
            yield Label(f"enter shows it · {writes}esc back", classes="hint")

    async def on_mount(self) -> None:
        await self._show()
        self.query_one(RowList).focus()

    async def _show(self) -> None:
        try:
            self._workshops = await self._runtime.store.workshops.all()
        except WorkshopError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
        current = self._runtime.workshop
        rows = workshop_rows(self._workshops, current.id if current else None, self._runtime.clock.now())
        self.query_one(RowList).update_rows(rows)
        if current:
            self.query_one(RowList).cursor_key = str(current.id)

    def _chosen(self) -> Workshop | None:
        key = self.query_one(RowList).cursor_key
        return next((workshop for workshop in self._workshops if str(workshop.id) == key), None)

    @on(RowList.Chosen)
    async def _choose(self, event: RowList.Chosen) -> None:
        event.stop()
        if workshop := self._chosen():
            await self._go_to(workshop)

    def action_create(self) -> None:
        self.app.push_screen(WorkshopForm(self._runtime, None), self._came_back)

    def action_change(self) -> None:
        if workshop := self._chosen():
            self.app.push_screen(WorkshopForm(self._runtime, workshop), self._came_back)

    async def _came_back(self, workshop: Workshop | None) -> None:
        if workshop is not None:
            await self._go_to(workshop)

    async def _go_to(self, workshop: Workshop) -> None:
        try:
            await self._runtime.choose(workshop)
        except WorkshopError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
        else:
            self.dismiss(None)
