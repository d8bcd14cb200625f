"""The control room: rooms as modes, one strip on top, one runtime below."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.widget import Widget
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from workshop_tui import paths
from workshop_tui.alerting.incident import severity_of, title_of
from workshop_tui.alerting.news import AlertNews
from workshop_tui.app.leaving import AppToLeave
from workshop_tui.app.messages import RoomChanged
from workshop_tui.app.palette import BoundCommands
from workshop_tui.app.themes import DEFAULT_VARIABLES, THEMES
from workshop_tui.errors import DamagedStoreError, WorkshopError
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.incident import Severity
from workshop_tui.model.notification import Notification
from workshop_tui.model.topic import ALL_TOPICS, Topic
from workshop_tui.observing.pace import USUAL, Pace
from workshop_tui.present.notice import desktop_notice, notice_text
from workshop_tui.printable import printable_lines
from workshop_tui.redaction import mask
from workshop_tui.screens.checklist import ChecklistRoom
from workshop_tui.screens.dialogs.help import Help
from workshop_tui.screens.dialogs.new_incident import NewIncident
from workshop_tui.screens.dialogs.platform_changes import PlatformChanges
from workshop_tui.screens.dialogs.smoke import SmokeTests
from workshop_tui.screens.dialogs.trouble import Trouble
from workshop_tui.screens.incidents import IncidentsRoom
from workshop_tui.screens.live import LiveRoom
from workshop_tui.screens.room import Room
from workshop_tui.screens.workshop_list import WorkshopList
from workshop_tui.widgets.printable_filter import PrintableFilter

if TYPE_CHECKING:
    from workshop_tui.model.alert import Alert
    from workshop_tui.model.incident import Incident
    from workshop_tui.session.live import Runtime
    from workshop_tui.session.record import WorkshopRecord

_ROOMS = Binding.Group("rooms", compact=True)
_PRINTABLE = PrintableFilter()


def _retrospective_room() -> Room:
    from workshop_tui.screens.retrospective import RetrospectiveRoom  # noqa: PLC0415  # Markdown takes 0.1 s to load

    return RetrospectiveRoom()


class ControlRoom(AppToLeave):
    """`opener` does all slow work after the first frame: imports, settings, store, sources.

    `opener_of` does the same on another database file; with it a person may go on beside a damaged one.
    """

    TITLE = "workshop-tui"
    CSS_PATH = "control_room.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = AppToLeave.COMMANDS | {BoundCommands}
    MODES: ClassVar = {
        "checklist": ChecklistRoom,
        "live": LiveRoom,
        "incidents": IncidentsRoom,
        "retrospective": _retrospective_room,
    }
    DEFAULT_MODE = "checklist"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "new_incident", "incident", id="app.new-incident", tooltip="Open an incident in one line"),
        Binding("l", "look_here", "look here", show=False, id="app.look-here", tooltip="Go to what most needs eyes"),
        Binding(
            "W",
            "workshops",
            "workshops",
            show=False,
            id="app.workshops",
            tooltip="List the workshops, choose or create one",
        ),
        Binding(
            "C",
            "changes",
            "changes",
            show=False,
            id="app.changes",
            tooltip="What was changed on the platform and is not undone",
        ),
        Binding("question_mark", "help", "help", key_display="?", id="app.help", tooltip="The keys of this room"),
        Binding(
            "1", "room('checklist')", "checklist", id="room.checklist", group=_ROOMS, tooltip="The guide's checklist"
        ),
        Binding("2", "room('live')", "live", id="room.live", group=_ROOMS, tooltip="The key metrics of every region"),
        Binding(
            "4",
            "room('incidents')",
            "incidents",
            id="room.incidents",
            group=_ROOMS,
            tooltip="The incident log and the runbook",
        ),
        Binding(
            "5", "room('retrospective')", "retro", id="room.retrospective", group=_ROOMS, tooltip="The retrospective"
        ),
        Binding("q", "quit", "quit", show=False, id="app.quit", tooltip="Leave; everything is on disk"),
    ]

    def __init__(
        self,
        opener: Callable[[], Awaitable[Runtime]],
        *,
        opener_of: Callable[[Path], Awaitable[Runtime]] | None = None,
        pace: Pace = USUAL,
    ) -> None:
        super().__init__(pace)
        self._opener = opener
        self._opener_of = opener_of
        self._runtime_worker: Worker[None] | None = None
        self._alert_news = AlertNews()

    @property
    def crash(self) -> Exception | None:
        """The error that ended the program; None when a person did."""
        return self._exception

    def _fatal_error(self) -> None:
        """Textual would print every local variable, secrets included; the command line logs the error masked."""
        self._close_messages_no_wait()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), _PRINTABLE]

    def copy_to_clipboard(self, text: str) -> None:
        """What is pasted into a shell holds no secret, and nothing but what was seen."""
        super().copy_to_clipboard(mask(printable_lines(text)))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        self._open_with(self._opener)
        self.set_interval(self.pace.strip_s, self._show_strip)
        self.set_interval(self.pace.tick_s, self._show_time)

    def _open_with(self, opener: Callable[[], Awaitable[Runtime]]) -> None:
        self._runtime_worker = self.run_worker(self._open_and_run(opener), group="runtime", exit_on_error=True)

    async def _open_and_run(self, opener: Callable[[], Awaitable[Runtime]]) -> None:
        try:
            runtime = await opener()
        except DamagedStoreError as error:
            self._offer_another_file(error)
            return
        except WorkshopError as error:
            self.push_screen(Trouble(str(error)), lambda _: self.exit(return_code=2))
            return
        self.runtime = runtime
        self.theme = runtime.settings.theme
        self._tell_alerts()
        runtime.subscribe(self._tell)
        await self.load_drafts(runtime)
        if not self.is_running:
            return
        if isinstance(self.screen, Room):
            self.show_room(self.screen)
        if runtime.workshop is None:
            self.action_workshops()
        await self._tell_what_is_left(runtime)
        await runtime.run()

    async def _tell_what_is_left(self, runtime: Runtime) -> None:
        """A smoke test that was killed leaves workspaces; one that runs in another window looks the same."""
        try:
            left = await runtime.smoke.look()
        except WorkshopError:
            return  # the store's trouble stands in the strip
        if left and not isinstance(self.screen, SmokeTests):
            named = left[0].target if len(left) == 1 else f"{len(left)} workspaces"
            self.notify(
                f"A smoke test left {named} on the platform, or runs in another window. "
                "In the checklist s shows and removes it; so does workshop-tui doctor --clean.",
                severity="warning",
                timeout=30,
                markup=False,
            )

    def _offer_another_file(self, error: DamagedStoreError) -> None:
        opener_of, other = self._opener_of, paths.beside(error.path)

        def decided(goes_on: bool | None) -> None:
            if goes_on and opener_of is not None:
                self._open_with(lambda: opener_of(other))
            else:
                self.exit(return_code=2)

        offer = f"go on with {other.name} beside it" if opener_of else ""
        self.push_screen(Trouble(str(error), offer=offer), decided)

    def _tell(self, topics: frozenset[Topic]) -> None:
        self.post_message(RoomChanged(topics))

    async def on_unmount(self) -> None:
        if self._runtime_worker is not None:
            self._runtime_worker.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._runtime_worker.wait()
        if self.runtime:
            await self.runtime.close()

    def action_room(self, name: str) -> None:
        """The room of this number; in it already, back from what was opened on top of it."""
        if not isinstance(self.screen, Room):
            return
        if name == self.current_mode:
            self._leave_what_is_on_top()
        else:
            self.switch_mode(name)

    def _leave_what_is_on_top(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    # --- what rooms show ---

    def lower_bars(self) -> Iterable[Widget]:
        """What stands between a room and its footer."""
        return ()

    def show_room(self, room: Room) -> None:
        """Show everything in a room that was opened or came back."""
        if self.runtime is not None and room.ready:
            room.show_changes(ALL_TOPICS)
            self._show_strip()

    @property
    def _top_room(self) -> Room | None:
        """Dialogs may lie on it; rooms below it show everything when they come back."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Room)), None)

    def on_room_changed(self, message: RoomChanged) -> None:
        room = self._top_room
        if room is not None and room.ready:
            room.show_changes(message.topics)
        self._show_strip()
        if Topic.ALERTS in message.topics:
            self._tell_alerts()

    def _tell_alerts(self) -> None:
        """Ask for eyes, as the settings say, when an alert is new or got worse."""
        record = self.runtime.record if self.runtime else None
        if self.runtime is None or record is None:
            return
        fresh = self._alert_news.fresh(record.workshop.id, record.alerts)
        ways = self.runtime.settings.live.notify
        if not fresh or not ways:
            return
        if Notification.BELL in ways:
            self.bell()
        if Notification.DESKTOP in ways and self._driver is not None:
            self._driver.write(desktop_notice(notice_text(fresh), inside_tmux="TMUX" in os.environ))

    def _show_time(self) -> None:
        if self.runtime is not None and isinstance(self.screen, Room) and self.screen.ready:
            self.screen.show_time()

    def _show_strip(self) -> None:
        self.tell_lost()
        room = self._top_room
        if room is not None and room.ready and self.runtime is not None:
            room.show_strip(self.runtime.strip_view())

    def region_health(self) -> tuple[RegionHealth, ...]:
        return self.runtime.region_health() if self.runtime else ()

    def fill_retrospective(self, text: str) -> str:
        return self.runtime.fill_retrospective(text) if self.runtime else text

    # --- what people do anywhere ---

    def action_new_incident(self) -> None:
        self.new_incident()

    def new_incident(self, alert: Alert | None = None) -> None:
        """Ask for its line: empty, or filled in from an alert."""
        if self.runtime is None or not isinstance(self.screen, Room):
            return
        room = self.screen
        place = f"incident.of-alert.{alert.id}" if alert else "incident.new"

        def decided(answer: tuple[Severity, str] | None) -> None:
            if answer is None:
                self.drop_draft(place)
                return
            severity, title = answer

            def open_it(record: WorkshopRecord) -> Awaitable[Incident]:
                if alert is not None:
                    return record.open_incident_from(alert, title, severity)
                return record.open_incident(title, severity)

            room.do(open_it, f"Incident opened: {severity} {title}", draft=place)

        modal = NewIncident(
            dict(self.runtime.guide.severities),
            self.draft(place) or (f"{severity_of(alert).lower()} {title_of(alert)}" if alert else ""),
            lambda text: self.keep_draft(place, text),
            told="Its people, evidence and runbook case come along; the alert counts as acknowledged." if alert else "",
        )
        self.push_screen(modal, decided)

    def action_look_here(self) -> None:
        look = self.runtime.strip_view().look_here if self.runtime else None
        if look is None:
            self.notify("Nothing needs eyes.", timeout=3)
            return
        if not isinstance(self.screen, Room):
            return
        if look.room != self.current_mode:
            self.switch_mode(look.room)
        self._leave_what_is_on_top()
        if look.key and isinstance(self.screen, Room):
            self.screen.call_after_refresh(self.screen.go_to, look.key)

    def action_changes(self) -> None:
        if self.runtime is not None and isinstance(self.screen, Room):
            self.push_screen(PlatformChanges(self.runtime))

    def action_help(self) -> None:
        self.push_screen(Help(self.screen))

    def action_workshops(self) -> None:
        if self.runtime is not None:
            self.push_screen(WorkshopList(self.runtime))
