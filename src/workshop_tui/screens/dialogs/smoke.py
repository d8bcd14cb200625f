"""A smoke test in all regions: what it would do, an explicit yes, how it goes, and what earlier ones left."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from workshop_tui.errors import WorkshopError
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.smoke import left_lines, progress_lines, question_lines
from workshop_tui.widgets.detail_pane import DetailPane

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


class SmokeTests(ModalScreen[None]):
    """Neither space nor enter starts anything when it opens: `y`, or its button, does."""

    CSS_PATH = "modal.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012  # as the base class declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "start", "Start", id="smoke.start", tooltip="Yes: start one workspace in each region"),
        Binding("x", "stop", "Stop", id="smoke.stop", tooltip="Stop, and remove what was started"),
        Binding("c", "clean", "Clean", id="smoke.clean", tooltip="Remove what an earlier smoke test left"),
        Binding("escape,q", "dismiss(None)", "Close", id="smoke.close"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._session = runtime.smoke
        self._shows_run = self._session.running

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Smoke test", classes="title")
            yield DetailPane()
            with Horizontal(classes="buttons"):
                yield Button("Start them (y)", id="start", variant="warning")
                yield Button("Stop and remove (x)", id="stop", variant="error")
                yield Button("Remove what is left (c)", id="clean", variant="primary")
            yield Label("", classes="hint", markup=False)

    async def on_mount(self) -> None:
        self.query_one(DetailPane).focus()
        self.app.clear_notifications()  # what is left stands here now, and would be covered at 80x24
        try:
            await self._session.look()
        except WorkshopError as error:
            self._session.trouble = str(error)
        self._show()
        self.set_interval(self._runtime.pace.move_s, self._show)

    @property
    def _may_start(self) -> bool:
        return not self._session.running and not self._shows_run and bool(self._runtime.settings.smoke.target)

    @property
    def _may_clean(self) -> bool:
        return not self._session.running and bool(self._session.left)

    def action_start(self) -> None:
        if self._may_start:
            workshop = self._runtime.workshop
            self._session.start(workshop.id if workshop else None)
            self._shows_run = True
            self._show()

    def action_stop(self) -> None:
        if self._session.running:
            self._session.stop()

    def action_clean(self) -> None:
        if self._may_clean:
            self._session.clean()
            self._show()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        {"start": self.action_start, "stop": self.action_stop, "clean": self.action_clean}[event.button.id or ""]()

    def _show(self) -> None:
        session = self._session
        self.query_one(DetailPane).show(self._lines())
        for name, shown in (("start", self._may_start), ("stop", session.running), ("clean", self._may_clean)):
            button = self.query_one(f"#{name}", Button)
            if button.display != shown:
                if button.has_focus:
                    self.query_one(DetailPane).focus()
                button.display = shown
        hint = "it goes on when this is closed · x stops it" if session.running else ""
        if self._may_start:
            hint = "y starts them · nothing is changed before"
        self.query_one(".hint", Label).update(f"{hint} · esc leaves" if hint else "esc leaves")

    def _lines(self) -> list[Cell]:
        session = self._session
        settings, now = self._runtime.settings, self._runtime.clock.now()
        heard = session.progress() if self._shows_run else []
        lines = progress_lines(heard) if heard else question_lines(settings.smoke)
        if self._shows_run and not heard:
            lines = [cell("Each start is being recorded.", Tone.MUTED)]
        if not session.running and (left := left_lines(session.left, now)):
            lines = [*left, Cell(), *lines]
        if session.cleaned:
            lines = [*(cell(said) for said in session.cleaned), Cell(), *lines]
        if session.trouble:
            lines += [Cell(), cell(session.trouble, Tone.FAIL)]
        return lines
