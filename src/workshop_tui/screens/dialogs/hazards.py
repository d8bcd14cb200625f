"""What disturbs the workshop's window, drawn on its time line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.present.hazards import hazard_lines, recorded_hazard_lines, unknown_reasons
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from workshop_tui.session.live import Runtime

_JUDGED_BY = "window-is-quiet"


class Hazards(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,z,q", "dismiss(None)", "Close", id="hazards.close")]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._stop_listening: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Hazards from an hour before to an hour after", classes="title")
            yield DetailPane()
            yield Label("✗ inside · ! within 30 min, or by chance · ✓ farther off · esc leaves", classes="hint")

    def on_mount(self) -> None:
        self._stop_listening = self._runtime.subscribe(lambda _: self._show())
        self.call_after_refresh(self._show)
        self.query_one(DetailPane).focus()

    def on_unmount(self) -> None:
        if self._stop_listening:
            self._stop_listening()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        observation, workshop = self._runtime.observation, self._runtime.workshop
        if observation is None or workshop is None or not self.is_mounted:
            return
        pane = self.query_one(DetailPane)
        width, hazards = pane.scrollable_content_region.width, observation.hazards()
        judged = observation.results.get(_JUDGED_BY)
        if hazards is None:
            pane.show(recorded_hazard_lines(judged, workshop, width))
        else:
            pane.show(hazard_lines(hazards, workshop, width, unknown_reasons(judged)))
