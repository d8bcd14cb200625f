"""A recording opens in the same rooms, as of its own time, and stays as it was whatever a person presses."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input, TextArea

from fakes.driving import screen_text, until, until_text
from fakes.recorded_stage import MINUTE, STORAGE, eventually_true, minute, replay_of
from fakes.rooms import NOON, Stage, running
from workshop_tui.app.control_room import ControlRoom
from workshop_tui.app.replay import ReplayRooms
from workshop_tui.cli.replay_command import open_replay
from workshop_tui.errors import StoreError, UserError
from workshop_tui.model.clock import Clock
from workshop_tui.model.incident import Severity
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.platform_action import Scale
from workshop_tui.present.live import grid_rows
from workshop_tui.session.live import Runtime
from workshop_tui.session.replayed import Replay
from workshop_tui.store.store import Store


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "workshops.db", starts_in=timedelta(), tick_s=0.2)


def rows_of(runtime: Runtime) -> list[tuple[str, ...]]:
    """The live grid, without the small charts of ticks that nobody counts, and without ages: a recording keeps the age
    of what does not change once a minute, from whichever tick came first."""
    observation = runtime.observation
    assert observation is not None
    measures = observation.measures.values()
    rows = grid_rows(
        [(measure.id, measure.title, measure.unit, measure.whole_platform) for measure in measures],
        runtime.region_health(),
        observation.values,
        {},
        runtime.clock.now(),
        40,
        runtime.late_after(),
        troubled=runtime.troubled(),
    )
    return [tuple(re.sub(r" +\d+ (s|min)$", "", one.text) for one in row.cells) for row in rows]


SHARES = (0.41, 0.52, 0.66, 0.78, 0.91, 0.97)


@pytest.fixture
async def recording(stage: Stage) -> dict[int, list[tuple[str, ...]]]:
    """Six minutes in which Ohio's disks fill, then silence, then one more; minute -> what the live grid showed."""
    shown: dict[int, list[tuple[str, ...]]] = {}
    stage.platform.rotates_in = 20 * MINUTE
    async with running(stage) as runtime:
        for number, share in enumerate(SHARES):
            stage.platform.storage_shares["ohio"] = share
            await minute(stage, runtime, number)
            shown[number] = rows_of(runtime)
            assert runtime.record is not None
            if number == 1:
                await runtime.record.set_status("agenda", ItemStatus.DONE)
            if number == 2:
                await runtime.record.open_incident("Disks fill", Severity.P1)
            if number == 4:
                await runtime.record.resolve_incident(runtime.record.incidents[0].id, "grown")
        # another number: of a value that stays the same, new words alone are recorded a minute later
        stage.platform.storage_shares["ohio"] = 0.96
        await minute(stage, runtime, 30)
    return shown


@asynccontextmanager
async def replaying(stage: Stage) -> AsyncIterator[Replay]:
    replay = await replay_of(stage)
    try:
        yield replay
    finally:
        await replay.close()


async def shown_at(replay: Replay, number: float) -> None:
    replay.playback.jump(NOON + number * MINUTE)
    await replay.show()


async def test_a_minute_is_shown_as_it_was_shown_live(stage, recording):
    async with replaying(stage) as replay:
        for number, rows in recording.items():
            await shown_at(replay, number)
            assert rows_of(replay) == rows, number


async def test_what_happened_later_is_not_shown(stage, recording):
    async with replaying(stage) as replay:
        record = replay.record
        assert record is not None
        await shown_at(replay, 0)
        assert (record.items, record.incidents) == ({}, ())
        await shown_at(replay, 1)
        assert record.items["agenda"].status is ItemStatus.DONE
        assert record.incidents == ()
        await shown_at(replay, 3)
        assert [(incident.title, incident.open, len(incident.entries)) for incident in record.incidents] == [
            ("Disks fill", True, 1)
        ]
        await shown_at(replay, 5)
        assert [(incident.open, len(incident.entries)) for incident in record.incidents] == [(False, 2)]
        await shown_at(replay, 2)
        assert [incident.open for incident in record.incidents] == [True]


async def test_a_time_when_nobody_watched_is_unknown_with_its_age(stage, recording):
    async with replaying(stage) as replay:
        await shown_at(replay, 9.5)
        observation = replay.observation
        assert observation is not None
        assert observation.values[STORAGE, "ohio"].value == pytest.approx(SHARES[-1])
        await shown_at(replay, 20)
        value = observation.values[STORAGE, "ohio"]
        assert (value.value, value.outcome, value.detail) == (None, Outcome.UNKNOWN, "nothing was recorded for 15 min")
        assert [region.total > 0 and bool(region.failing) for region in replay.region_health()] == [True] * 3
        sensed = [result for check_id, result in observation.results.items() if check_id not in observation.recorded]
        assert sensed
        assert {result.outcome for result in sensed} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
        assert observation.series[STORAGE, "ohio"][-1] is None
        await shown_at(replay, 30)
        assert observation.values[STORAGE, "ohio"].value is not None


async def test_what_a_recording_does_not_keep_is_never_said_to_be_nothing(stage, recording):
    app = ReplayRooms(lambda: replay_of(stage, 2 * MINUTE))
    async with app.run_test(size=(120, 40)) as pilot:
        await until_text(pilot, "REPLAY", "T+2:00")
        await pilot.press("z")
        await until_text(pilot, "keeps of hazards what was judged", "gateway key rotates", "inside the workshop")
        await pilot.press("escape", "C")
        await until_text(pilot, "Not recorded: what was changed on the platform")
        await pilot.press("escape", "2")
        await until_text(pilot, "Storage, fullest")
        await pilot.press("w")
        await until_text(pilot, "Person")
        await pilot.press("enter")
        await until_text(pilot, "Coder's side of it: not recorded", "Events of its pod", "? not recorded")


async def test_what_stands_behind_the_numbers_of_such_a_time_is_as_last_known_and_never_fine(stage, recording):
    async with replaying(stage) as replay:
        observation = replay.observation
        assert observation is not None
        await shown_at(replay, 5)
        known = observation.region_detail("ohio")
        assert {view.outcome for view in known.nodes} == {Outcome.FAIL, Outcome.PASS}
        assert {view.outcome for view in known.workspaces} == {Outcome.PASS}
        await shown_at(replay, 20)
        later = observation.region_detail("ohio")
        assert [view.name for view in later.nodes] == [view.name for view in known.nodes]
        assert {view.outcome for view in later.nodes} == {Outcome.FAIL, Outcome.UNKNOWN}
        assert {view.outcome for view in later.workspaces} == {Outcome.UNKNOWN}
        assert later.unknown[0] == "nothing was recorded for 15 min"


async def test_nothing_can_be_written(stage, recording):
    async with replaying(stage) as replay:
        record = replay.record
        assert record is not None
        for action in (
            record.set_status("agenda", ItemStatus.OPEN),
            record.open_incident("Another", Severity.P3),
            replay.store.drafts.save("place", "text"),
            replay.store.recording.release(1),
            replay.store.readings.record(1, replay.observation.values.values()),
        ):
            with pytest.raises(StoreError, match="this is a replay, and nothing is written into a recording"):
                await action


async def test_the_platform_of_today_is_not_touched_from_a_replay(stage, recording):
    refused = "this is a replay, and nothing is changed on the platform from here"
    async with replaying(stage) as replay:
        with pytest.raises(UserError, match=refused):
            await replay.platform_actions.plan(Scale("ohio", "deployments", "coder", "coder-provisioner", 8))
        for action in (replay.smoke.clean, lambda: replay.smoke.start(1)):
            action()
            await eventually(lambda: not replay.smoke.running)
            assert replay.smoke.trouble == refused
        assert (await replay.smoke.look(), replay.platform_actions.left) == ((), ())


_UNPRESSED = {
    "app.quit": "it ends the test, at the end",
    "trouble.leave": "shown only where the file cannot be opened",
    "trouble.take": "likewise",
    "alert.cell": "tab and enter lead there, and it only shows",
    "alert.close": "likewise",
    "checklist.run": "r says that a recording cannot be asked again",
    "live.run": "likewise",
    "checklist.note": "n moves through time",
    "incidents.note": "likewise",
    "incidents.next-case": "] moves through time",
    "incidents.previous-case": "[ moves through time",
    "checklist.next-phase": "] moves through time",
    "checklist.previous-phase": "[ moves through time",
}

_NOT_OFFERED = {
    "alert.acknowledge",
    "alert.incident",
    "app.new-incident",
    "card.confirm",
    "checklist.act",
    "checklist.defer",
    "checklist.done",
    "checklist.not-needed",
    "checklist.owner",
    "checklist.run-failed",
    "checklist.run-phase",
    "checklist.smoke",
    "checklist.undo",
    "incidents.resolve",
    "incidents.severity",
    "live.acknowledge",
    "live.incident",
    "messages.sent",
    "retrospective.edit",
    "workshops.change",
    "workshops.new",
}
"""They write, or touch the platform."""

_NOT_REACHED = {
    "choice.cancel",
    "action.leave",
    "form.cancel",
    "new-incident.cancel",
    "note.close",
    "prompt.cancel",
    "smoke.clean",
    "smoke.close",
    "smoke.start",
    "smoke.stop",
}
"""Of dialogs that only those open."""


def all_binding_ids() -> set[str]:
    """Of the program, its rooms and its dialogs."""
    found = set()
    todo: list[type[DOMNode]] = [ReplayRooms, ControlRoom, *Screen.__subclasses__()]
    while todo:
        one = todo.pop()
        if one.__module__.startswith("workshop_tui."):
            found |= {binding.id for binding in one.BINDINGS if isinstance(binding, Binding) and binding.id}
        todo += one.__subclasses__()
    return found


class Presses:
    """Goes wherever keys lead, and presses each key once in the first room or dialog that has it."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot
        self.pressed: set[str] = set()
        self.offered: set[str] = set()
        self._seen: set[type[Screen[object]]] = set()

    async def go(self, way: tuple[str, ...]) -> None:
        """Back to a room, then these keys."""
        app = self._pilot.app
        for _ in range(20):
            if len(app.screen_stack) == 1 and not isinstance(app.focused, Input | TextArea):
                break
            closes = app.screen.active_bindings.get("escape")
            if closes is not None and closes.binding.id:
                self.pressed.add(closes.binding.id)
            await self._pilot.press("escape")
        assert len(app.screen_stack) == 1, f"escape does not leave {app.screen}"
        for key in way:
            await self._pilot.press(key)

    async def everything(self, way: tuple[str, ...]) -> None:
        """`way`: the keys that led to where it stands now."""
        screen = self._pilot.app.screen
        if type(screen) in self._seen:
            return
        self._seen.add(type(screen))
        # a list takes enter and tells its room, which does what the room's own binding says
        self.pressed |= {one.id for one in type(screen).BINDINGS if isinstance(one, Binding) and one.key == "enter"}
        await self._press_in(screen, way, "enter")
        await self.go(way)
        bindings = [active.binding for active in self._pilot.app.screen.active_bindings.values()]
        self.offered |= {binding.id for binding in bindings if binding.id}
        for binding in sorted(bindings, key=lambda binding: binding.key == "escape"):
            if binding.id and binding.id not in self.pressed | _UNPRESSED.keys():
                self.pressed.add(binding.id)
                await self._press_in(screen, way, binding.key)
        for number in range(len(screen.query(Button))):
            await self._press_button(screen, way, number)

    async def _press_in(self, screen: Screen[object], way: tuple[str, ...], key: str) -> None:
        typing = len(way) == 1 and isinstance(self._pilot.app.focused, Input | TextArea)
        if typing or type(self._pilot.app.screen) is not type(screen):
            await self.go(way)
        await self._pilot.press(key)
        assert "Not saved" not in screen_text(self._pilot), f"{key} in {screen}"
        if len(self._pilot.app.screen_stack) > 1 and type(self._pilot.app.screen) is not type(screen):
            await self.everything((*way, key))

    async def _press_button(self, screen: Screen[object], way: tuple[str, ...], number: int) -> None:
        """With words in every field."""
        if type(self._pilot.app.screen) is not type(screen):
            await self.go(way)
        screen = self._pilot.app.screen
        for field in screen.query(Input):
            if not field.value and not field.disabled:
                field.focus()
                await self._pilot.press("z")
        button = list(screen.query(Button))[number]
        if button.display and not button.disabled:
            button.focus()
            await self._pilot.press("enter")


@pytest.mark.timeout(400)
async def test_whatever_a_person_presses_the_recording_stays_byte_for_byte(stage, recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where f writes a message
    before = hashlib.sha256(stage.database.read_bytes()).hexdigest()
    app = ReplayRooms(lambda: replay_of(stage))
    async with app.run_test(size=(120, 30)) as pilot:
        await until_text(pilot, "REPLAY")
        presses = Presses(pilot)
        for room in "1245":
            await presses.go((room,))
            assert app.replay is not None
            app.replay.playback.pause()
            app.replay.jump(NOON + 4 * MINUTE)
            await until_text(pilot, "T+4:00")
            await presses.everything((room,))
        await presses.go(())
        await app.action_quit()
    assert app.crash is None
    assert presses.offered & _NOT_OFFERED == set()
    unpressed = {*_UNPRESSED, *_NOT_OFFERED, *_NOT_REACHED}
    assert sorted((all_binding_ids() - presses.pressed) ^ unpressed) == []
    assert hashlib.sha256(stage.database.read_bytes()).hexdigest() == before
    store = await Store.open(stage.database, clock=Clock())
    assert await store.drafts.all() == {}
    await store.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
async def test_keys_move_through_time_and_the_bar_shows_where(stage, recording, size):
    app = ReplayRooms(lambda: replay_of(stage))
    async with app.run_test(size=size) as pilot:
        await until_text(pilot, "REPLAY", "T+0:00 of 1:15:00")
        await pilot.press("2")
        for key, said in (
            ("]", "T+1:00"),
            ("}", "T+1:10"),
            ("{", "T+1:00"),
            ("[", "T+0:00"),
            ("[", "T+0:00"),
            ("n", "T+2:00"),
            ("end", "T+30:00"),
            ("home", "T+0:00"),
        ):
            await pilot.press(key)
            await until_text(pilot, said)
        await pilot.press("]", "]", "]", "]")
        await until_text(pilot, "91 %")
        assert "97 %" not in screen_text(pilot)
        await pilot.press("greater_than_sign", "space")
        await until_text(pilot, "▶ 2×")
        await pilot.press("space")
        await until_text(pilot, "⏸")


async def test_the_nodes_of_another_minute_are_there_within_half_a_second(stage, recording):
    app = ReplayRooms(lambda: replay_of(stage))
    async with app.run_test(size=(100, 30)) as pilot:
        await until_text(pilot, "REPLAY")
        await pilot.press("2", "enter")
        await until_text(pilot, "ohio · ", "nodes · ")
        replay = app.replay
        assert replay is not None
        took_s = []
        for number in (2, 3, 4):
            began_s = time.monotonic()
            replay.jump(NOON + number * MINUTE)
            await until_text(pilot, f" {SHARES[number] * 100:.0f} %")
            took_s.append(time.monotonic() - began_s)
        assert min(took_s) < 0.5, took_s


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
async def test_the_keys_of_time_are_named_and_changes_are_not_offered(stage, recording, size):
    app = ReplayRooms(lambda: replay_of(stage, 3 * MINUTE))
    async with app.run_test(size=size) as pilot:
        await until_text(pilot, "REPLAY", "space play", "[ ]", "{ }", "< >", "n N", "home end")
        for key, offered, actions in (("1", "Go/No-Go", (" done", "not needed")), ("2", "history", (" ack",))):
            await pilot.press(key)
            await until(pilot, lambda offered=offered: offered in screen_text(pilot).splitlines()[-1])
            assert not any(action in screen_text(pilot).splitlines()[-1] for action in (*actions, "incident"))
        await pilot.press("tab", "enter")
        await until_text(pilot, "enter shows its cell · esc leaves")
        assert not {"a", "i"} & app.screen.active_bindings.keys()
        await pilot.press("escape", "question_mark")
        await until_text(pilot, "The region's workspaces, worst first")
        assert "Acknowledge" not in screen_text(pilot)


async def test_it_plays_at_its_speed_and_stops_at_the_end(stage, recording):
    app = ReplayRooms(lambda: replay_of(stage, 29.2 * MINUTE))
    async with app.run_test(size=(100, 30)) as pilot:
        await until_text(pilot, "REPLAY")
        await pilot.press(*["greater_than_sign"] * 5, "space")
        await until_text(pilot, "▶ 60×")
        await until_text(pilot, "T+30:00")
        replay = app.replay
        assert replay is not None
        await until(pilot, lambda: not replay.playback.playing)


async def test_a_recording_that_is_still_made_is_replayed_meanwhile(stage):
    async with running(stage) as runtime:
        await minute(stage, runtime, 0)
        await minute(stage, runtime, 1)
        async with replaying(stage) as replay:
            task = asyncio.create_task(replay.run())
            assert replay.playback.end == NOON + MINUTE
            await minute(stage, runtime, 3)
            await eventually(lambda: replay.playback.end >= NOON + 3 * MINUTE)
            assert runtime.record is not None
            await runtime.record.open_incident("Now", Severity.P2)
            await eventually(lambda: len(replay.marks) > 0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def eventually(holds: Callable[[], bool]) -> None:
    async def holds_now() -> bool:
        return holds()

    await eventually_true(holds_now)


async def test_a_workshop_of_which_nothing_was_recorded_is_one_line(stage):
    runtime = await stage.open()
    assert runtime.workshop is not None
    other = await runtime.store.workshops.create("Empty", NOON, timedelta(hours=1), 5, "UTC", "ana")
    await runtime.close()
    with pytest.raises(UserError, match="nothing was recorded"):
        await open_replay(stage.database, None, other, None)
