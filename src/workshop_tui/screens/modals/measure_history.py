"""One cell of the grid over the session, with cues and incidents on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import StoreError
from workshop_tui.present.cell import Cell
from workshop_tui.present.measure_history import HistoryView, history_view, span
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workshop_tui.engine.runtime import Runtime

_POINTS = 20_000
_UNITS = {"share": ("%", 100.0), "seconds": ("seconds", 1.0), "count": ("", 1.0), "hours": ("hours", 1.0)}


class MeasureHistory(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,h,q", "dismiss(None)", "Close", id="measure.close")]

    def __init__(self, runtime: Runtime, measure_id: str, region: str, lines: Sequence[Cell]) -> None:
        super().__init__()
        self._runtime = runtime
        self._measure_id = measure_id
        self._region_name = region
        self._lines = lines

    def compose(self) -> ComposeResult:
        from textual_plotext import PlotextPlot  # noqa: PLC0415  # takes 0.3 s to load

        observation = self._runtime.observation
        title = observation.measures[self._measure_id].title if observation else self._measure_id
        with Vertical(classes="dialog"):
            yield Label(f"{title} · {self._region_name}", classes="title", markup=False)
            yield PlotextPlot()
            yield Label("", id="legend", markup=False)
            yield DetailPane()
            yield Label("esc leaves", classes="hint")

    async def on_mount(self) -> None:
        self.query_one(DetailPane).show(self._lines)
        runtime = self._runtime
        record, observation = runtime.record, runtime.observation
        if record is None or observation is None:
            return
        unit, factor = _UNITS.get(observation.measures[self._measure_id].unit, ("", 1.0))
        now = runtime.clock.now()
        since, until = span(record.workshop, now)
        try:
            points = await runtime.store.readings.series(
                record.workshop.id, self._measure_id, self._region_name, since, _POINTS, until=until
            )
        except StoreError as error:
            self.query_one("#legend", Label).update(str(error))
            return
        last = await runtime.last_workshop_series(self._measure_id, self._region_name)
        view = history_view(points, last, record.workshop, runtime.guide.cues, record.incidents, now, factor)
        self._draw(view, unit)

    def _draw(self, view: HistoryView, unit: str) -> None:
        from textual_plotext import PlotextPlot  # noqa: PLC0415

        plot = self.query_one(PlotextPlot)
        plt: Any = plot.plt
        plt.clear_data()
        plt.xlim(view.start, max(view.end, view.start + 1))
        plt.xticks(view.ticks, [f"{minute:+d}" for minute in view.ticks])
        if unit == "%":
            plt.ylim(0, 100)
        if view.last is not None:
            plt.plot(*view.last, marker="braille", color="gray")
        for minutes, values in view.lines:
            plt.plot(minutes, values, marker="braille", color="cyan")
        for minute, _ in view.cues:
            plt.vline(minute, "gray")
        for minute, _ in view.incidents:
            plt.vline(minute, "red")
        plt.xlabel("minutes since the start")
        plt.ylabel(unit)
        plot.refresh()
        said = [f"{title} from {minute:+.0f} min" for minute, title in view.cues]
        said += [f"incident {name} at {minute:+.0f} min" for minute, name in view.incidents]
        if view.last is not None:
            said.append("grey line: last workshop at the same minute")
        if view.empty:
            said.insert(0, "nothing was recorded yet")
        self.query_one("#legend", Label).update(" · ".join(said))
