"""Below the live room: a region's nodes, the fullest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Label

from workshop_tui.present.nodes import COLUMNS, heading, node_rows
from workshop_tui.present.region import count_words
from workshop_tui.present.source import source_lines
from workshop_tui.screens.region_room import RegionRoom
from workshop_tui.screens.workspaces import WorkspacesRoom
from workshop_tui.widgets.detail_pane import DetailPane
from workshop_tui.widgets.filter_line import FilterLine
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workshop_tui.model.region_detail import RegionDetail


class _Nodes(RowList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "its workspaces", id="nodes.workspaces", tooltip="The workspaces of this node"),
    ]


class NodesRoom(RegionRoom):
    nothing = "no node is known here"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "all_workspaces", "all", id="nodes.all", tooltip="All workspaces of the region"),
    ]

    def compose_room(self) -> ComposeResult:
        yield Label("", id="where", markup=False)
        yield _Nodes(COLUMNS, id="rows", fixed_heading=True)
        yield DetailPane(id="sources")
        yield FilterLine("words that a row must hold · esc shows all")

    def show_detail(self, detail: RegionDetail) -> str:
        runtime = self.runtime
        if runtime is None or runtime.observation is None:
            return ""
        now = runtime.clock.now()
        rows = node_rows(detail.nodes, now, self.words)
        self.rows.update_rows([heading(), *rows] if rows else [])
        expected = [one for one in runtime.expected_sources() if one[0].region in (self.region_name, None)]
        self.query_one("#sources", DetailPane).show(source_lines(expected, runtime.observation.readings, now))
        counts = (
            count_words([view.outcome for view in views], noun)
            for views, noun in ((detail.nodes, "node"), (detail.workspaces, "workspace"))
        )
        return " · ".join((self.region_name, *counts))

    @on(RowList.Chosen)
    def action_workspaces(self) -> None:
        if (node := self.rows.cursor_key) is not None:
            self.app.push_screen(WorkspacesRoom(self.region_name, node))

    def action_all_workspaces(self) -> None:
        self.app.push_screen(WorkspacesRoom(self.region_name))
