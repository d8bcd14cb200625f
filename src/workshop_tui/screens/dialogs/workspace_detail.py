"""One workspace: its build by stage, its agents, what events said of its pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.model.region_detail import WorkspaceView
from workshop_tui.present.workspaces import workspace_lines
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


class WorkspaceDetail(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss(None)", "Close", id="workspace.close"),
    ]

    def __init__(self, runtime: Runtime, region: str, view: WorkspaceView) -> None:
        super().__init__()
        self._runtime = runtime
        self._region_name = region
        self._view = view
        self._seen_at = runtime.clock.now()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"{self._view.owner or '?'} / {self._view.name}", classes="title", markup=False)
            yield DetailPane()
            yield Label("esc leaves", classes="hint")

    def on_mount(self) -> None:
        self._show()
        self.set_interval(self._runtime.pace.strip_s, self._show)
        self.query_one(DetailPane).focus()

    def _show(self) -> None:
        runtime = self._runtime
        if runtime.observation is None or runtime.workshop is None:
            return
        try:
            detail = runtime.observation.region_detail(self._region_name)
        except KeyError:
            return
        same = (view for view in detail.workspaces if (view.owner, view.name) == (self._view.owner, self._view.name))
        found, now = next(same, None), runtime.clock.now()
        if found is not None:
            self._view, self._seen_at = found, now
        observation, timezone = runtime.observation, runtime.workshop.timezone
        coder, told = observation.workspace_facts(self._region_name, self._view)
        lines = workspace_lines(
            self._view,
            coder,
            told,
            now,
            timezone,
            observation.absent,
            unknown=detail.unknown,
            last_seen_at=None if found else self._seen_at,
        )
        self.query_one(DetailPane).show(lines)
