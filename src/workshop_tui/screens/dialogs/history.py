"""Who changed an item, and when; what its checks said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import WorkshopError
from workshop_tui.model.guide import Item
from workshop_tui.present.cell import Tone, cell
from workshop_tui.present.history import history_lines
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


class History(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,h,q", "dismiss(None)", "Close", id="history.close")]

    def __init__(self, runtime: Runtime, item: Item) -> None:
        super().__init__()
        self._runtime = runtime
        self._item = item

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"History: {self._item.title}", classes="title", markup=False)
            yield DetailPane()
            yield Label("newest first · esc leaves", classes="hint")

    async def on_mount(self) -> None:
        record = self._runtime.record
        if record is None:
            return
        try:
            entries = await record.item_history(self._item.id)
            results = [
                result
                for check_id in self._item.sensed_by
                for result in await self._runtime.result_history(check_id, limit=20)
            ]
        except WorkshopError as error:
            lines = [cell(str(error), Tone.FAIL)]
        else:
            lines = history_lines(entries, results, record.workshop.timezone)
        self.query_one(DetailPane).show(lines)
        self.query_one(DetailPane).focus()
