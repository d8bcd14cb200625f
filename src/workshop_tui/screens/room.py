"""What all rooms share: the strip, the footer, how changes arrive and how actions are done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.screen import Screen

from workshop_tui.errors import WorkshopError
from workshop_tui.model.attention import StripView
from workshop_tui.screens.offered import offered
from workshop_tui.widgets.room_footer import RoomFooter
from workshop_tui.widgets.row_list import RowList
from workshop_tui.widgets.status_strip import StatusStrip

if TYPE_CHECKING:
    from workshop_tui.app.control_room import ControlRoom
    from workshop_tui.model.topic import Topic
    from workshop_tui.session.live import Runtime
    from workshop_tui.session.record import WorkshopRecord

WRITES = "writes"
"""The workers that write what a person did."""


class Room(Screen[None]):
    """A room shows the runtime's views; it keeps nothing that a person would miss."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as the base class declares it
    ALLOW_IN_MAXIMIZED_VIEW = ""

    @property
    def control_room(self) -> ControlRoom:
        return cast("ControlRoom", self.app)

    @property
    def runtime(self) -> Runtime | None:
        return self.control_room.runtime

    @property
    def record(self) -> WorkshopRecord | None:
        return self.runtime.record if self.runtime else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return offered(action, self.runtime) and super().check_action(action, parameters)

    def compose(self) -> ComposeResult:
        yield StatusStrip()
        yield from self.compose_room()
        yield from self.control_room.lower_bars()
        yield RoomFooter(compact=True, show_command_palette=False)

    def compose_room(self) -> ComposeResult:
        """The room's own widgets."""
        raise NotImplementedError

    def show_changes(self, topics: frozenset[Topic]) -> None:
        """Show what the runtime holds now; called only while the room is open."""
        raise NotImplementedError

    def show_time(self) -> None:
        """Called every few seconds: ages grow although nothing changed."""

    def go_to(self, key: str) -> None:
        """Put the cursor on the row with this key."""
        self.query(RowList).first().cursor_key = key

    async def leave(self) -> bool:
        """Called before the program ends: whether all that was typed is on disk."""
        return True

    def show_strip(self, view: StripView) -> None:
        self.query_one(StatusStrip).view = view

    _composed: bool = False

    @property
    def ready(self) -> bool:
        """All of its widgets are there: not yet while it mounts, no longer while the program ends."""
        return self._composed and self.app.is_running

    def on_mount(self) -> None:
        self.call_after_refresh(self._become_ready)

    def _become_ready(self) -> None:
        self._composed = True
        self.control_room.show_room(self)

    def on_screen_resume(self) -> None:
        self.control_room.show_room(self)

    def do(self, action: Callable[[WorkshopRecord], Awaitable[object]], done: str = "", *, draft: str = "") -> None:
        """Do an action that ends on disk; an error becomes one line on the screen.

        `draft`: the place of the words that the action saves; they stay a draft until it has.
        """
        record = self.record
        if record is None:
            self.notify("There is no workshop yet: press W to create one.", severity="warning")
            return

        async def carry_out() -> None:
            try:
                await action(record)
            except WorkshopError as error:
                kept = " What you typed is kept: ask for the same again." if draft else ""
                self.notify(f"Not saved: {error}.{kept}", severity="error", timeout=15, markup=False)
            else:
                if draft:
                    self.control_room.drop_draft(draft)
                if done:
                    self.notify(done, timeout=3, markup=False)

        self.run_worker(carry_out(), group=WRITES, exit_on_error=True)
