"""Below the live room: the workspaces of a node or of a region, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Label

from workshop_tui.model.region_detail import WorkspaceView
from workshop_tui.present.region import count_words
from workshop_tui.present.workspaces import COLUMNS, heading, key_of, workspace_rows
from workshop_tui.screens.dialogs.workspace_detail import WorkspaceDetail
from workshop_tui.screens.region_room import RegionRoom
from workshop_tui.widgets.filter_line import FilterLine
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workshop_tui.model.region_detail import RegionDetail


class _Workspaces(RowList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "all about it", id="workspaces.open", tooltip="Its build, agents and events"),
    ]


class WorkspacesRoom(RegionRoom):
    nothing = "no workspace is known here"

    def __init__(self, region: str, node: str | None = None) -> None:
        super().__init__(region)
        self._node = node
        self._views: dict[str, WorkspaceView] = {}

    def compose_room(self) -> ComposeResult:
        yield Label("", id="where", markup=False)
        yield _Workspaces(COLUMNS, id="rows", fixed_heading=True)
        yield FilterLine("words that a row must hold · esc shows all")

    def show_detail(self, detail: RegionDetail) -> str:
        runtime = self.runtime
        if runtime is None:
            return ""
        views = detail.workspaces if self._node is None else detail.on_node(self._node)
        self._views = {key_of(view): view for view in views}
        rows = workspace_rows(views, runtime.clock.now(), self.words)
        self.rows.update_rows([heading(), *rows] if rows else [])
        where = f"{self.region_name} · {self._node}" if self._node else self.region_name
        return f"{where} · {count_words([view.outcome for view in views], 'workspace')}"

    @on(RowList.Chosen)
    def _open(self, event: RowList.Chosen) -> None:
        view = self._views.get(event.key)
        if view is not None and self.runtime is not None:
            self.app.push_screen(WorkspaceDetail(self.runtime, self.region_name, view))
