"""Room 2: the guide's five key metrics, region by region."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from workshop_tui.present.cell import Cell
from workshop_tui.present.live import columns, grid_rows
from workshop_tui.present.live_detail import measure_lines
from workshop_tui.present.source import source_lines
from workshop_tui.screens.room import Room
from workshop_tui.widgets.detail_pane import DetailPane
from workshop_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workshop_tui.engine.topic import Topic


class LiveRoom(Room):
    CSS_PATH = "live.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "ask_again", "run", id="live.run", tooltip="Ask every source again now"),
    ]

    def compose_room(self) -> ComposeResult:
        yield RowList(columns(0), id="grid", empty="no region is configured: see workshop-tui config check")
        yield DetailPane(id="measure")

    @property
    def _grid(self) -> RowList:
        return self.query_one("#grid", RowList)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._grid.focus()
        self.call_after_refresh(self._show)

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if topics & {"measures", "sources", "workshop"}:
            self._show()

    def show_time(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        runtime = self.runtime
        if runtime is None or runtime.observation is None:
            return
        observation = runtime.observation
        regions = self.control_room.region_health()
        layout = columns(len(regions))
        self._grid.set_columns(layout)
        shown = [(measure.id, measure.title, measure.unit) for measure in observation.measures.values()]
        widths = self._grid.widths
        rows = grid_rows(
            shown,
            regions,
            observation.values,
            observation.series,
            runtime.clock.now(),
            widths[1] if len(widths) > 1 else 14,
            runtime.late_after(),
        )
        self._grid.update_rows(rows if regions else [])
        self._show_measure()

    @on(RowList.Moved)
    def _show_measure(self) -> None:
        runtime = self.runtime
        measure_id = self._grid.cursor_key
        if runtime is None or runtime.observation is None or measure_id is None:
            return
        observation = runtime.observation
        measure = observation.measures.get(measure_id)
        if measure is None:
            return
        lines = measure_lines(
            measure.id,
            measure.title,
            measure.unit,
            measure.why,
            self.control_room.region_health(),
            observation.values,
            observation.series,
            runtime.clock.now(),
            self.size.width,
        )
        lines += [Cell(), *source_lines(runtime.expected_sources(), observation.readings, runtime.clock.now())]
        self.query_one("#measure", DetailPane).show(lines)

    def action_ask_again(self) -> None:
        if self.runtime and self.runtime.observation:
            self.run_worker(self.runtime.observation.ask_all(), group="rerun", exclusive=True)
            self.notify("Asking every source…", timeout=2)
