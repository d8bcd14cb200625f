"""The control room on a recording: the same rooms, a timeline below them, and keys that move through time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, TextArea

from workshop_tui.app.control_room import ControlRoom
from workshop_tui.screens.offered import offered
from workshop_tui.screens.room import Room
from workshop_tui.session.replayed import Replay
from workshop_tui.widgets.timeline_bar import TimelineBar


def _key(key: str, action: str, label: str, id: str, tooltip: str, display: str) -> Binding:  # noqa: A002
    """Before the room's own: in a replay these keys move through time everywhere but in a text.

    The timeline bar names them, so the footer has room for what the room offers.
    """
    return Binding(key, action, label, id=id, tooltip=tooltip, key_display=display, show=False, priority=True)


class ReplayRooms(ControlRoom):
    """Everything is shown as of the replay's time, and nothing can be written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("space", "play", "play", "replay.play", "Play, or stand still", "space"),
        _key("left_square_bracket", "step(-60)", "-1 min", "replay.back", "A minute back", "["),
        _key("right_square_bracket", "step(60)", "+1 min", "replay.on", "A minute on", "]"),
        _key("left_curly_bracket", "step(-10)", "-10 s", "replay.little-back", "Ten seconds back", "{"),
        _key("right_curly_bracket", "step(10)", "+10 s", "replay.little-on", "Ten seconds on", "}"),
        _key("less_than_sign", "faster(-1)", "slower", "replay.slower", "Slower: 1, 2, 5, 10, 30, 60 times", "<"),
        _key("greater_than_sign", "faster(1)", "faster", "replay.faster", "Faster: 1, 2, 5, 10, 30, 60 times", ">"),
        _key("n", "mark(1)", "next", "replay.next", "The next alert or incident", "n"),
        _key("N", "mark(-1)", "before", "replay.before", "The alert or incident before", "N"),
        _key("home", "end(-1)", "start", "replay.start", "The start of the recording", "home"),
        _key("end", "end(1)", "end", "replay.end", "The end of the recording", "end"),
        _key("r", "asked", "run", "replay.asked", "A recording cannot be asked again", "r"),
    ]

    @property
    def replay(self) -> Replay | None:
        return self.runtime if isinstance(self.runtime, Replay) else None

    def on_mount(self) -> None:
        """Beside the base's own: Textual calls both."""
        self.set_interval(self.pace.move_s, self._show_timeline)

    def lower_bars(self) -> Iterable[Widget]:
        yield TimelineBar()

    def show_room(self, room: Room) -> None:
        super().show_room(room)
        room.refresh_bindings()  # the footer was made before it was known that nothing can be written

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("play", "step", "faster", "mark", "end", "asked"):
            field = self.focused
            typing = isinstance(field, Input) or (isinstance(field, TextArea) and not field.read_only)
            return self.replay is not None and isinstance(self.screen, Room) and not typing
        return offered(action, self.runtime) and super().check_action(action, parameters)

    def action_play(self) -> None:
        if replay := self.replay:
            if replay.playback.playing:
                replay.playback.pause()
            else:
                replay.playback.play()
            self._moved(replay)

    def action_step(self, seconds: int) -> None:
        if replay := self.replay:
            replay.jump(replay.playback.now() + timedelta(seconds=seconds))
            self._moved(replay)

    def action_faster(self, steps: int) -> None:
        if replay := self.replay:
            replay.playback.faster(steps)
            self._moved(replay)

    def action_mark(self, direction: int) -> None:
        if replay := self.replay:
            if replay.jump_to_mark(direction) is None:
                where = "after" if direction > 0 else "before"
                self.notify(f"No alert or incident {where} this moment.", timeout=3)
            self._moved(replay)

    def action_end(self, direction: int) -> None:
        if replay := self.replay:
            replay.jump(replay.playback.end if direction > 0 else replay.playback.start)
            self._moved(replay)

    def action_asked(self) -> None:
        self.notify("This is a replay: nothing can be asked again.", timeout=3)

    def keep_draft(self, place: str, text: str) -> None:
        """Nothing is written into a recording, drafts neither."""

    def _moved(self, replay: Replay) -> None:
        replay.moved()
        self._show_timeline()

    def _show_timeline(self) -> None:
        room = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Room)), None)
        if room is not None and room.ready and self.replay is not None:
            room.query_one(TimelineBar).view = self.replay.timeline
