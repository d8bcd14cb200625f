"""The T-0 card: the last pause point, confirmed line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import WorkshopError
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.topic import Topic
from workshop_tui.present.card import COLUMNS, card_rows, card_standing
from workshop_tui.screens.offered import offered
from workshop_tui.widgets.row_list import RowList
from workshop_tui.widgets.tones import to_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from workshop_tui.session.live import Runtime


class Card(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,t,q", "dismiss(None)", "Close", id="card.close"),
        Binding("space,x", "confirm", "Confirm", id="card.confirm"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._stop_listening: Callable[[], None] | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return offered(action, self._runtime) and super().check_action(action, parameters)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("T-0 card", classes="title")
            yield RowList(COLUMNS, empty="this guide has no card: see [[card]] in its file")
            yield Label("", id="standing")
            confirms = "space confirms a line, or takes it back · " if offered("confirm", self._runtime) else ""
            yield Label(f"{confirms}esc leaves", classes="hint")

    def on_mount(self) -> None:
        self._stop_listening = self._runtime.subscribe(self._changed)
        self._show()
        self.query_one(RowList).focus()

    def on_unmount(self) -> None:
        if self._stop_listening:
            self._stop_listening()

    def _changed(self, topics: frozenset[Topic]) -> None:
        if topics & {Topic.CHECKLIST, Topic.WORKSHOP} and self.is_mounted:
            self._show()

    def _show(self) -> None:
        if checklist := self._runtime.checklist:
            self.query_one(RowList).update_rows(card_rows(checklist.card))
            self.query_one("#standing", Label).update(to_content(card_standing(checklist.card)))

    @on(RowList.Chosen)
    async def action_confirm(self) -> None:
        if not offered("confirm", self._runtime):
            return
        record, checklist = self._runtime.record, self._runtime.checklist
        rows = self.query_one(RowList)
        view = next((view for view in checklist.card if view.item.id == rows.cursor_key), None) if checklist else None
        if record is None or view is None:
            return
        if view.is_sensed:
            if not view.settled:
                self.notify("It decides itself: the checklist says what to do.", timeout=4)
            rows.action_move(1)
            return
        done = view.state.status is ItemStatus.DONE
        try:
            await record.set_status(view.item.id, ItemStatus.OPEN if done else ItemStatus.DONE)
        except WorkshopError as error:
            self.notify(f"Not saved: {error}", severity="error", timeout=15, markup=False)
            return
        if not done:
            rows.action_move(1)
