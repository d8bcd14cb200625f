"""What was changed on the platform and is not undone; enter asks to undo one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.model.platform_action import action_of_command
from workshop_tui.present.platform_changes import COLUMNS, change_rows
from workshop_tui.screens.dialogs.platform_action import PlatformActionDialog
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Callable

    from workshop_tui.model.topic import Topic
    from workshop_tui.session.live import Runtime


class PlatformChanges(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,C,q", "dismiss(None)", "Close", id="changes.close")]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._stop_listening: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Changed on the platform and not undone", classes="title")
            yield RowList(COLUMNS)
            yield Label("", id="standing")
            yield Label("", classes="hint")

    def on_mount(self) -> None:
        self._stop_listening = self._runtime.subscribe(self._changed)
        self._show()
        self.query_one(RowList).focus()

    def on_unmount(self) -> None:
        if self._stop_listening:
            self._stop_listening()

    def _changed(self, _: frozenset[Topic]) -> None:
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        left = self._runtime.platform_actions.left
        rows = self.query_one(RowList)
        rows.update_rows(change_rows(left, self._runtime.clock.now()))
        rows.display = bool(left)
        nothing = self._runtime.platform_actions.unknown or "Nothing of ours is left on the platform."
        self.query_one("#standing", Label).update("" if left else nothing)
        self.query_one(".hint", Label).update("enter asks to undo · esc leaves" if left else "esc leaves")

    @on(RowList.Chosen)
    def _ask(self, event: RowList.Chosen) -> None:
        event.stop()
        change = next((one for one in self._runtime.platform_actions.left if str(one.id) == event.key), None)
        if change is None:
            return
        if action_of_command(change.undo) is None:
            self.notify(f"It is undone by: {change.undo}", timeout=10, markup=False)
        else:
            self.app.push_screen(PlatformActionDialog(self._runtime, change))
