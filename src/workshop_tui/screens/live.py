"""Room 2: every measure of every region, and what is alarming."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from workshop_tui.model.alert import Alert
from workshop_tui.model.topic import Topic
from workshop_tui.present.alerts import COLUMNS as ALERT_COLUMNS
from workshop_tui.present.alerts import alert_lines, alert_rows, shown_alerts
from workshop_tui.present.cell import Cell
from workshop_tui.present.live import GridView, columns, grid_rows, window
from workshop_tui.present.live_detail import measure_lines
from workshop_tui.present.source import source_lines
from workshop_tui.screens.dialogs.alert_detail import AlertDetail
from workshop_tui.screens.dialogs.measure_history import MeasureHistory
from workshop_tui.screens.nodes import NodesRoom
from workshop_tui.screens.offered import offered
from workshop_tui.screens.room import Room
from workshop_tui.screens.workspaces import WorkspacesRoom
from workshop_tui.widgets.cell_list import CellList
from workshop_tui.widgets.detail_pane import DetailPane
from workshop_tui.widgets.filter_line import FilterLine
from workshop_tui.widgets.row_list import RowList

_NO_REGION = "no region is configured: see workshop-tui config check"
_LOW = 30
"""Below so many lines the worst rows come first, since not all have room."""


class _Grid(CellList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "nodes", id="live.nodes", tooltip="The nodes of the chosen region, by storage"),
    ]


class _Alerts(RowList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "show", id="live.alert", tooltip="All about the alert, and its cell in the grid"),
    ]


class LiveRoom(Room):
    CSS_PATH = "live.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (52, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "workspaces", "workspaces", id="live.workspaces", tooltip="The region's workspaces, worst first"),
        Binding("a", "acknowledge", "ack", id="live.acknowledge", tooltip="Acknowledge the alert with a word"),
        Binding("i", "incident", "incident", id="live.incident", tooltip="Open an incident, filled in from the alert"),
        Binding("h", "history", "history", id="live.history", tooltip="The cell over the whole session"),
        Binding("f", "faults", "faults", id="live.faults", tooltip="Only rows with a fault, or all"),
        Binding("o", "order", "order", show=False, id="live.order", tooltip="Worst rows first, or their own order"),
        Binding("slash", "filter", "filter", key_display="/", id="live.filter", tooltip="Filter rows as you type"),
        Binding("tab", "app.focus_next", "alerts", show=False, id="live.alerts", tooltip="To the alerts and back"),
        Binding("r", "ask_again", "run", show=False, id="live.run", tooltip="Ask every source again now"),
        Binding("escape", "show_all", "show all", show=False, id="live.all"),
    ]

    _view = GridView()
    _column: int = 0
    """Which region's column is chosen."""
    _order_chosen: bool = False

    def compose_room(self) -> ComposeResult:
        with Horizontal(id="upper"):
            yield _Grid(columns(0), id="grid", empty=_NO_REGION)
            yield DetailPane(id="measure")
        yield _Alerts(ALERT_COLUMNS, id="alerts", empty="No alert.")
        yield FilterLine("words that a row must hold · esc shows all")

    @property
    def _grid(self) -> CellList:
        return self.query_one("#grid", CellList)

    @property
    def _alerts(self) -> RowList:
        return self.query_one("#alerts", RowList)

    @property
    def _chosen_region(self) -> str | None:
        regions = self.control_room.region_health()
        return regions[min(self._column, len(regions) - 1)].name if regions else None

    @property
    def _chosen_alert(self) -> Alert | None:
        """Under the cursor of the alerts, else the open one of the chosen cell."""
        record = self.record
        if record is None:
            return None
        if self._alerts.has_focus:
            key = self._alerts.cursor_key
            return next((alert for alert in record.alerts if str(alert.id) == key), None)
        at = (self._grid.cursor_key, self._chosen_region)
        of_cell = (alert for alert in record.alerts if alert.open and (alert.key.measure_id, alert.key.region) == at)
        return next(of_cell, None)

    @property
    def _most_urgent_alert(self) -> Alert | None:
        """The open one that the list has on top: the one that the strip names, while nobody has acknowledged it."""
        record, runtime = self.record, self.runtime
        if record is None or runtime is None:
            return None
        return next((one for one in shown_alerts(record.alerts, runtime.clock.now()) if one.open), None)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if not self._alerts.has_focus:
            self._grid.focus()
        self.call_after_refresh(self._show)

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if topics & {Topic.MEASURES, Topic.SOURCES, Topic.WORKSHOP, Topic.ALERTS}:
            self._show()

    def show_time(self) -> None:
        self._show()

    def go_to(self, key: str) -> None:
        """`measure` or `measure@region`."""
        measure_id, _, region = key.partition("@")
        names = [one.name for one in self.control_room.region_health()]
        if region in names:
            self._column = names.index(region)
        self._show()
        if all(row.key != measure_id for row in self._grid.rows):
            self.action_show_all()
        self._grid.cursor_key = measure_id
        self._show()

    def on_resize(self) -> None:
        if not self._order_chosen:
            self._view = replace(self._view, worst_first=self.size.height < _LOW)
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        runtime = self.runtime
        if runtime is None or runtime.observation is None:
            return
        observation, regions, now = runtime.observation, self.control_room.region_health(), runtime.clock.now()
        self._column = min(self._column, max(0, len(regions) - 1))
        shown = window(len(regions), self._grid.size.width, self._column)
        self._grid.set_columns(columns(len(shown)))
        self._grid.cursor_column = self._column - shown.start + 1
        widths = self._grid.widths
        rows = grid_rows(
            [
                (measure.id, measure.title, measure.unit, measure.whole_platform)
                for measure in observation.measures.values()
            ],
            regions,
            observation.values,
            observation.series,
            now,
            widths[1] if len(widths) > 1 else 14,
            runtime.late_after(),
            self._view,
            shown,
            runtime.troubled(),
            runtime.settings.home_of_the_platform,
        )
        self._grid.empty = _why_empty(self._view) if regions else _NO_REGION
        self._grid.update_rows(rows if regions else [])
        self._show_alerts()
        self._show_detail()

    def _show_alerts(self) -> None:
        runtime, record = self.runtime, self.record
        if runtime is None or record is None:
            return
        now = runtime.clock.now()
        rows = alert_rows(
            shown_alerts(record.alerts, now), now, record.workshop.timezone, may_act=offered("acknowledge", runtime)
        )
        self._alerts.update_rows(rows)
        self._alerts.styles.height = 1 + max(1, min(len(rows), max(2, self.size.height // 4)))

    @on(RowList.Moved)
    def _show_detail(self) -> None:
        runtime, pane = self.runtime, self.query_one("#measure", DetailPane)
        if runtime is None or runtime.observation is None or not pane.display:
            return
        alert = self._chosen_alert if self._alerts.has_focus else None
        now = runtime.clock.now()
        if alert is not None and self.record is not None:
            case = next((case for case in runtime.guide.runbook if case.id == alert.case_id), None)
            may_act = offered("acknowledge", runtime)
            pane.show(alert_lines(alert, case, now, self.record.workshop.timezone, may_act=may_act))
            return
        measure = runtime.observation.measures.get(self._grid.cursor_key or "")
        lines = [] if measure is None else self._measure_lines(measure.id, pane.size.width)
        pane.show([*lines, Cell(), *source_lines(runtime.expected_sources(), runtime.observation.readings, now)])

    def _measure_lines(self, measure_id: str, width: int) -> list[Cell]:
        runtime = self.runtime
        assert runtime is not None  # noqa: S101  # who calls has looked
        assert runtime.observation is not None  # noqa: S101
        observation = runtime.observation
        measure = observation.measures[measure_id]
        return measure_lines(
            measure.id,
            measure.title,
            measure.unit,
            runtime.settings.thresholds.fill(measure.why),
            self.control_room.region_health(),
            observation.values,
            observation.series,
            runtime.clock.now(),
            width,
            measure.origin,
            whole_platform=measure.whole_platform,
        )

    @on(CellList.Across)
    def _across(self, event: CellList.Across) -> None:
        count = len(self.control_room.region_health())
        self._column = max(0, min(count - 1, self._column + event.step))
        self._show()

    @on(RowList.Chosen, "#grid")
    def action_nodes(self) -> None:
        if (region := self._chosen_region) is not None:
            self.app.push_screen(NodesRoom(region))

    @on(RowList.Chosen, "#alerts")
    def _show_alert(self) -> None:
        """All about it, which a wide screen shows beside the grid; then its cell."""
        alert, runtime = self._chosen_alert, self.runtime
        if alert is None or runtime is None:
            return

        def next_action(wanted: str | None) -> None:
            if wanted == "cell":
                self._grid.focus()
                self.go_to(str(alert.key))
            elif wanted == "acknowledge":
                self.action_acknowledge()
            elif wanted == "incident":
                self.action_incident()

        if self.query_one("#measure").display:
            next_action("cell")
        else:
            self.app.push_screen(AlertDetail(runtime, alert), next_action)

    def action_workspaces(self) -> None:
        if (region := self._chosen_region) is not None:
            self.app.push_screen(WorkspacesRoom(region))

    def action_history(self) -> None:
        runtime, measure_id, region = self.runtime, self._grid.cursor_key, self._chosen_region
        if runtime and runtime.observation and measure_id in runtime.observation.measures and region:
            self.app.push_screen(
                MeasureHistory(runtime, measure_id, region, lambda: self._measure_lines(measure_id, 70))
            )

    def action_acknowledge(self) -> None:
        alert = self._chosen_alert or self._most_urgent_alert
        if alert is None or not alert.open:
            self.notify("There is no open alert.", timeout=3)
            return

        def decided(word: str | None) -> None:
            if word is not None:
                self.do(
                    lambda record: record.acknowledge_alert(alert.id, word), f"Acknowledged: {alert.title}", draft=place
                )

        place = f"alert.{alert.id}"
        where = f"{alert.key.region}: " if alert.key.region else ""
        self.control_room.ask(f"Acknowledge “{where}{alert.title}”", place, decided, hint="one word for the others")

    def action_incident(self) -> None:
        alert = self._chosen_alert
        fresh = alert is not None and alert.open and alert.incident_id is None
        self.control_room.new_incident(alert if fresh else None)

    def action_faults(self) -> None:
        self._view = replace(self._view, faults_only=not self._view.faults_only)
        self._show()

    def action_order(self) -> None:
        self._order_chosen = True
        self._view = replace(self._view, worst_first=not self._view.worst_first)
        self._show()

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    def action_show_all(self) -> None:
        """Neither faults alone nor a filter."""
        self._view = replace(self._view, faults_only=False, words=())
        self.query_one(FilterLine).clear_words()
        self._show()

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        self._view = replace(self._view, words=event.words)
        self._show()

    def action_ask_again(self) -> None:
        if self.runtime and self.runtime.observation:
            self.run_worker(self.runtime.observation.ask_all(), group="rerun", exclusive=True)
            self.notify("Asking every source…", timeout=2)


def _why_empty(view: GridView) -> str:
    if view.words:
        return f'No row holds "{" ".join(view.words)}": esc shows all.'
    return "No fault: esc shows all rows." if view.faults_only else ""
