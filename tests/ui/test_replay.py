"""A recording opens in the same rooms, as of its own time, and stays as it was whatever a person presses."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fakes.driving import screen_text, until, until_text
from fakes.rooms import NOON, Stage
from workshop_tui.cli.replay_command import open_replay
from workshop_tui.engine.replay import Replay
from workshop_tui.engine.runtime import Runtime
from workshop_tui.errors import StoreError, UserError
from workshop_tui.model.clock import Clock
from workshop_tui.model.incident import Severity
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.live import grid_rows
from workshop_tui.replay_app import ReplayRooms
from workshop_tui.store.store import Store

MINUTE = timedelta(minutes=1)
STORAGE = "node-storage"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "workshops.db", starts_in=timedelta(), tick_s=0.05)


@asynccontextmanager
async def live(stage: Stage) -> AsyncIterator[Runtime]:
    runtime = await stage.open()
    task = asyncio.create_task(runtime.run())
    try:
        yield runtime
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runtime.close()


async def minute(stage: Stage, runtime: Runtime, number: int) -> None:
    """The clock moves there, and all that was asked then is on disk."""
    stage.now = NOON + number * MINUTE
    assert runtime.observation is not None
    assert runtime.workshop is not None
    await runtime.observation.ask_all()
    async with asyncio.timeout(20):
        while not await recorded_at(runtime.store, runtime.workshop, stage):  # noqa: ASYNC110  # the file tells nobody
            await asyncio.sleep(0.02)


async def recorded_at(store: Store, workshop: Workshop, stage: Stage) -> bool:
    seen = await store.recorded.values(workshop.id, stage.now)
    newest = {one.value.region: one.value for one in seen if one.value.measure_id == STORAGE}
    return len(newest) == 3 and all(
        value.taken_at == stage.now and value.value == pytest.approx(stage.platform.storage_shares[region])
        for region, value in newest.items()
    )


def rows_of(runtime: Runtime) -> list[tuple[str, ...]]:
    """The live grid, without the small charts: those are of ticks that nobody counts."""
    observation = runtime.observation
    assert observation is not None
    shown = [
        (measure.id, measure.title, measure.unit, measure.whole_platform) for measure in observation.measures.values()
    ]
    rows = grid_rows(
        shown,
        runtime.region_health(),
        observation.values,
        {},
        runtime.clock.now(),
        40,
        {},
    )
    return [tuple(one.text for one in row.cells) for row in rows]


SHARES = (0.41, 0.52, 0.66, 0.78, 0.91, 0.97)


@pytest.fixture
async def recording(stage: Stage) -> dict[int, list[tuple[str, ...]]]:
    """Six minutes in which Ohio's disks fill, then silence, then one more; minute -> what the live grid showed."""
    shown: dict[int, list[tuple[str, ...]]] = {}
    async with live(stage) as runtime:
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
        await minute(stage, runtime, 30)
    return shown


async def replay_of(stage: Stage, begin: timedelta = timedelta()) -> Replay:
    store = await Store.open(stage.database, clock=stage.clock)
    (workshop,) = await store.workshops.all()
    await store.close()
    runtime = await open_replay(stage.database, None, workshop, NOON + begin)
    assert isinstance(runtime, Replay)
    return runtime


async def shown_at(replay: Replay, number: float) -> None:
    replay.playback.jump(NOON + number * MINUTE)
    await replay.show()


async def test_a_minute_is_shown_as_it_was_shown_live(stage, recording):
    replay = await replay_of(stage)
    for number, rows in recording.items():
        await shown_at(replay, number)
        assert rows_of(replay) == rows, number
    await replay.close()


async def test_what_happened_later_is_not_shown(stage, recording):
    replay = await replay_of(stage)
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
    await replay.close()


async def test_a_time_when_nobody_watched_is_unknown_with_its_age(stage, recording):
    replay = await replay_of(stage)
    await shown_at(replay, 9.5)
    observation = replay.observation
    assert observation is not None
    assert observation.values[STORAGE, "ohio"].value == pytest.approx(SHARES[-1])
    await shown_at(replay, 20)
    value = observation.values[STORAGE, "ohio"]
    assert (value.value, value.outcome, value.detail) == (None, Outcome.UNKNOWN, "nothing was recorded for 15 min")
    assert all(region.failing for region in replay.region_health())
    sensed = [result for check_id, result in observation.results.items() if check_id not in observation.recorded]
    assert {result.outcome for result in sensed} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
    assert observation.series[STORAGE, "ohio"][-1] is None
    await shown_at(replay, 30)
    assert observation.values[STORAGE, "ohio"].value is not None
    await replay.close()


async def test_nothing_can_be_written(stage, recording):
    replay = await replay_of(stage)
    record = replay.record
    assert record is not None
    for deed in (
        record.set_status("agenda", ItemStatus.OPEN),
        record.open_incident("Another", Severity.P3),
        replay.store.drafts.save("place", "text"),
        replay.store.recording.release(1),
        replay.store.readings.record(1, replay.observation.values.values()),
    ):
        with pytest.raises(StoreError, match="this is a replay, and nothing is written into a recording"):
            await deed
    await replay.close()


_WRITING_KEYS = {
    "1": ("x", "w", "o", "n", "u", "g"),
    "2": ("r", "a", "i"),
    "4": ("a", "enter", "s"),
    "5": ("e",),
}


async def pressing_everything(pilot: Pilot[None]) -> None:
    """Every key that writes in a room, with words and an enter after it, and every key of the replay."""
    for room, keys in _WRITING_KEYS.items():
        await pilot.press(room)
        for key in keys:
            await pilot.press(key, "z", "enter", "escape", "escape")
        await pilot.press("space", "space", "[", "}", "<", "n", "end", "home")


async def test_whatever_a_person_presses_the_recording_stays_byte_for_byte(stage, recording):
    before = hashlib.sha256(stage.database.read_bytes()).hexdigest()
    app = ReplayRooms(lambda: replay_of(stage), mode="REPLAY")
    async with app.run_test(size=(120, 30)) as pilot:
        await until_text(pilot, "REPLAY")
        await pressing_everything(pilot)
        await app.action_quit()
    assert app.crash is None
    assert hashlib.sha256(stage.database.read_bytes()).hexdigest() == before
    store = await Store.open(stage.database, clock=Clock())
    assert await store.drafts.all() == {}
    await store.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
async def test_keys_move_through_time_and_the_bar_shows_where(stage, recording, size):
    app = ReplayRooms(lambda: replay_of(stage), mode="REPLAY")
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


async def test_it_plays_at_its_speed_and_stops_at_the_end(stage, recording):
    app = ReplayRooms(lambda: replay_of(stage, 29.2 * MINUTE), mode="REPLAY")
    async with app.run_test(size=(100, 30)) as pilot:
        await until_text(pilot, "REPLAY")
        await pilot.press(*["greater_than_sign"] * 5, "space")
        await until_text(pilot, "▶ 60×")
        await until_text(pilot, "T+30:00")
        replay = app.replay
        assert replay is not None
        await until(pilot, lambda: not replay.playback.playing)


async def test_a_recording_that_is_still_made_is_replayed_meanwhile(stage):
    async with live(stage) as runtime:
        await minute(stage, runtime, 0)
        await minute(stage, runtime, 1)
        replay = await replay_of(stage)
        task = asyncio.create_task(replay.run())
        assert replay.playback.end == NOON + MINUTE
        await minute(stage, runtime, 3)
        await eventually(lambda: replay.playback.end >= NOON + 3 * MINUTE)
        assert runtime.record is not None
        await runtime.record.open_incident("Now", Severity.P2)
        await eventually(lambda: len(replay.marks) > 0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await replay.close()


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # the file tells nobody
            await asyncio.sleep(0.02)


async def test_a_workshop_of_which_nothing_was_recorded_is_one_line(stage):
    runtime = await stage.open()
    assert runtime.workshop is not None
    other = await runtime.store.workshops.create("Empty", NOON, timedelta(hours=1), 5, "UTC", "ana")
    await runtime.close()
    with pytest.raises(UserError, match="nothing was recorded"):
        await open_replay(stage.database, None, other, None)
