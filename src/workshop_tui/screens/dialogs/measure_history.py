"""One cell of the grid over the session, with cues and incidents on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import StoreError
from workshop_tui.model.topic import Topic
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.measure_history import HistoryView, history_legend, history_view, span
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workshop_tui.session.live import Runtime

_POINTS = 20_000
_DRAW_EVERY_S = 3.0
_GUTTER = 6
_UNITS = {"share": ("%", 100.0), "seconds": ("seconds", 1.0), "count": ("", 1.0), "hours": ("hours", 1.0)}


class MeasureHistory(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012  # as the base class declares it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,h,q", "dismiss(None)", "Close", id="measure.close")]

    def __init__(self, runtime: Runtime, measure_id: str, region: str, lines: Callable[[], Sequence[Cell]]) -> None:
        """`lines`: what is known of it now."""
        super().__init__()
        self._runtime = runtime
        self._measure_id = measure_id
        self._region_name = region
        self._lines = lines
        self._last: tuple[tuple[float, float], ...] = ()
        self._stale = False
        self._stop_listening: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        from textual_plotext import PlotextPlot  # noqa: PLC0415  # takes 0.3 s to load

        observation = self._runtime.observation
        title = observation.measures[self._measure_id].title if observation else self._measure_id
        with Vertical(classes="dialog"):
            yield Label(f"{title} · {self._region_name}", classes="title", markup=False)
            yield PlotextPlot()
            yield DetailPane()
            yield Label("↑ ↓ scroll · esc leaves", classes="hint")

    async def on_mount(self) -> None:
        self.query_one(DetailPane).focus()
        self._last = await self._runtime.last_workshop_series(self._measure_id, self._region_name)
        await self._show()
        self._stop_listening = self._runtime.subscribe(self._changed)
        self.set_interval(_DRAW_EVERY_S, self._show_changes)

    def on_unmount(self) -> None:
        if self._stop_listening:
            self._stop_listening()

    def on_resize(self) -> None:
        self._stale = True
        self.call_after_refresh(self._show_changes)

    def _changed(self, topics: frozenset[Topic]) -> None:
        self._stale = self._stale or bool(topics & {Topic.MEASURES, Topic.INCIDENTS, Topic.WORKSHOP})

    async def _show_changes(self) -> None:
        if self._stale and self.is_mounted:
            await self._show()

    async def _show(self) -> None:
        self._stale = False
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
            self.query_one(DetailPane).show([cell(str(error), Tone.FAIL), Cell(), *self._lines()])
            return
        view = history_view(points, self._last, record.workshop, runtime.guide.cues, record.incidents, now, factor)
        self.query_one(DetailPane).show([*history_legend(view, unit), Cell(), *self._lines()])
        self._draw(view, unit)

    def _draw(self, view: HistoryView, unit: str) -> None:
        from textual_plotext import PlotextPlot  # noqa: PLC0415

        plot = self.query_one(PlotextPlot)
        plt: Any = plot.plt
        plt.clear_figure()
        plt.xlim(view.start, max(view.end, view.start + 1))
        plt.xticks(view.ticks, [f"{minute:+d}" for minute in view.ticks])
        plt.xaxes(True, False)
        plt.yaxes(True, False)
        canvas, muted = (Color.parse(self.app.theme_variables[name]).rgb for name in ("surface", "muted"))
        low, high = (0.0, 100.0) if unit == "%" else view.limits
        plt.ylim(low, high)
        if view.last is not None:
            plt.plot(*view.last, marker="·", color=muted)
        for minutes, values in view.lines:
            plt.plot(minutes, values, marker="braille", color="cyan")
        for minute, title in view.cue_labels(max(1, plot.size.width - _GUTTER)):
            plt.vline(minute, muted)
            plt.text(title, minute, high, color=muted, background=canvas, alignment="left")
        for minute, name in view.incidents:
            plt.vline(minute, "red")
            plt.text(name, minute, low, color="red", background=canvas, alignment="left")
        plot.refresh()
