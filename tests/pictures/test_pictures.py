"""Each room as a picture, at 80x24 and 120x40: healthy, failing, stale, empty.

The clock stands still and the sources are scripted, so that a picture changes only when the room does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fakes.driving import screen_text, until
from fakes.platform_state import REGIONS, three_regions
from fakes.recorded_stage import eventually_true, minute, replay_of
from fakes.rooms import NOON, Stage, running
from workshop_tui.app.replay import ReplayRooms
from workshop_tui.model.incident import Severity
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.session.live import Runtime
from workshop_tui.settings.settings import Settings
from workshop_tui.store.columns import microseconds

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Compare = Callable[..., bool]


async def settled(stage: Stage, pilot: Pilot[None]) -> None:
    """Until every source has answered once and the room shows it."""
    for _ in range(500):
        observation = stage.runtime.observation if stage.runtime else None
        if observation and len(observation.readings) == len(observation.sources):
            break
        await pilot.pause(0.02)
    for _ in range(8):
        await pilot.pause(0.1)


def still(directory: Path) -> Stage:
    """No tick comes while a picture is taken."""
    return Stage(directory / "workshops.db", tick_s=3600)


def healthy(stage: Stage) -> None:
    stage.platform.key_days_left = 23


def failing(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    stage.platform.digests["london"] = "sha256:" + "1b07" * 16
    stage.platform.broken_routes = {"london"}
    stage.platform.storage_shares["ohio"] = 0.91

    async def prepare(runtime: Runtime) -> None:
        assert runtime.record is not None
        await runtime.record.set_status("registration-form", ItemStatus.NOT_NEEDED, "internal people only")
        await runtime.record.set_status("schedule-workshop", ItemStatus.DONE)
        await runtime.record.set_owner("announcement", "bo")
        await runtime.record.open_incident("london routes fail", Severity.P1)
        second = await runtime.record.open_incident("slow image pulls", Severity.P2)
        await runtime.record.note_incident(second.id, "asked people to wait [5 min] 🎉")
        stage.now += timedelta(minutes=4)
        await runtime.record.resolve_incident(second.id, "pull secret renewed")

    stage.prepare = prepare


def stale(stage: Stage) -> None:
    stage.platform.silent_regions = {"london"}


STATES = {"healthy": healthy, "failing": failing, "stale": stale}


@SIZES
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("room", ["checklist", "live"])
def test_the_rooms_that_sense(
    snap_compare: Compare, tmp_path: Path, state: str, room: str, size: tuple[int, int]
) -> None:
    """The strip says how it stands and where to look; failing and unknown lines catch the eye first."""
    stage = still(tmp_path)
    STATES[state](stage)

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(stage, pilot)
        await pilot.press("1" if room == "checklist" else "2", *(["full_stop"] * 3 if room == "checklist" else []))
        await settled(stage, pilot)

    assert snap_compare(stage.app(), terminal_size=size, run_before=prepare)


@SIZES
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("incidents", ["4"]),
        ("retrospective", ["5"]),
        ("go-no-go", ["g"]),
        ("help", ["question_mark"]),
        ("new-incident", ["i", "p", "1", "space", "s", "l", "o", "w"]),
        ("workshops", ["W"]),
        ("history", ["h"]),
        ("card", ["t"]),
        ("hazards", ["z"]),
        ("message", ["m"]),
        ("capacity", ["p"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_rooms_and_dialogs_of_people(
    snap_compare: Compare, tmp_path: Path, name: str, keys: list[str], size: tuple[int, int]
) -> None:
    """Nothing that is needed to act is cut off, also at 80x24."""
    stage = still(tmp_path)
    failing(stage)

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(stage, pilot)
        await pilot.press(*keys)
        await settled(stage, pilot)
        for field in pilot.app.screen.query("Input, TextArea"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()

    assert snap_compare(stage.app(), terminal_size=size, run_before=prepare)


@SIZES
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("alerts", []),
        ("nodes", ["enter"]),
        ("workspaces", ["w"]),
        ("workspace", ["w", "enter"]),
        ("faults", ["f"]),
        ("acknowledge", ["a"]),
        ("alert", ["tab", "enter"]),
        ("incident", ["tab", "i"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_live_room_during_the_session(
    snap_compare: Compare, tmp_path: Path, name: str, keys: list[str], size: tuple[int, int]
) -> None:
    """Alerts name people; what is below the grid is aligned and nothing that matters is cut off."""
    stage = still(tmp_path)
    stage.starts_in = timedelta(minutes=-20)
    stage.platform.broken_routes = {"london"}
    stage.platform.storage_shares["ohio"] = 0.91

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(stage, pilot)
        await pilot.press("2")
        await settled(stage, pilot)
        await pilot.press(*keys)
        await settled(stage, pilot)
        for field in pilot.app.screen.query("Input"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()

    assert snap_compare(stage.app(), terminal_size=size, run_before=prepare)


@SIZES
def test_the_history_of_a_cell(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    """Cues, incidents and the last workshop are told apart without colours, and all can be scrolled to."""
    stage = still(tmp_path)
    stage.starts_in = timedelta(minutes=-40)
    stage.platform.storage_shares["ohio"] = 0.91

    async def prepare_store(runtime: Runtime) -> None:
        assert runtime.record is not None
        workshop, now = runtime.record.workshop, stage.now
        before = await runtime.store.workshops.create(
            "November workshop", workshop.starts_at - timedelta(days=28), workshop.duration, 10, "Europe/Berlin", "ana"
        )
        for minutes in range(-15, 40):
            for of, share in ((before, 0.3 + 0.004 * minutes), (workshop, 0.4 + 0.0125 * max(0, minutes))):
                stage.now = of.starts_at + timedelta(minutes=minutes)
                value = MeasureValue("node-storage", "ohio", share, Outcome.PASS, stage.now)
                await runtime.store.readings.record(of.id, [value])
            if minutes in (22, 31):
                await runtime.record.open_incident("Ohio's disks fill", Severity.P1)
        stage.now = now

    stage.prepare = prepare_store

    async def recorded() -> bool:
        """What is measured now, which the picture shows at its right end."""
        assert stage.runtime is not None
        assert stage.runtime.workshop is not None
        seen = await stage.runtime.store.recorded.values(stage.runtime.workshop.id, stage.now)
        return any(one.value.measure_id == "node-storage" and one.value.value == pytest.approx(0.91) for one in seen)

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(stage, pilot)
        await pilot.press("2")
        await settled(stage, pilot)
        await eventually_true(recorded)
        pilot.app.screen.go_to("node-storage@ohio")  # type: ignore[attr-defined]
        await pilot.press("h")
        await settled(stage, pilot)

    assert snap_compare(stage.app(), terminal_size=size, run_before=prepare)


@SIZES
@pytest.mark.parametrize(
    ("name", "keys"),
    [("live", ["2"]), ("hazards", ["1", "z"]), ("checklist", ["1"])],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_replay(snap_compare: Compare, tmp_path: Path, name: str, keys: list[str], size: tuple[int, int]) -> None:
    """As of a quarter of an hour, when Ohio's disks were full; the keys of time are named, actions are not offered."""
    stage = Stage(tmp_path / "workshops.db", starts_in=timedelta(), tick_s=0.2)
    stage.platform.rotates_in = timedelta(minutes=20)

    async def opened() -> Runtime:
        async with running(stage) as runtime:
            for number, share, alerts in ((0, 0.41, 1), (15, 0.91, 2), (25, 0.91, 2)):
                stage.platform.storage_shares["ohio"] = share
                await minute(stage, runtime, number)
                await eventually_true(lambda alerts=alerts: told(runtime, alerts))
                if number == 15:
                    assert runtime.record is not None
                    await runtime.record.open_incident("Ohio's disks are full", Severity.P1)
        with closing(sqlite3.connect(stage.database, isolation_level=None)) as connection:
            # whether a tick comes before the first answer of a minute, and so tells an age, is chance
            connection.execute("UPDATE readings SET data_age = 0 WHERE data_age IS NOT NULL")
            connection.execute(
                "UPDATE results SET judged_at = :then WHERE id IN "
                "(SELECT max(id) FROM results WHERE judged_at <= :then GROUP BY check_id)",
                {"then": microseconds(NOON + timedelta(minutes=15))},
            )
        return await replay_of(stage, timedelta(minutes=15))

    async def told(runtime: Runtime, alerts: int) -> bool:
        assert runtime.workshop is not None
        return len(await runtime.store.alerts.all(runtime.workshop.id)) == alerts

    async def prepare(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "T+15:00" in screen_text(pilot), within_s=100)
        for key in keys:
            await pilot.press(key)
        for _ in range(8):
            await pilot.pause(0.1)

    assert snap_compare(ReplayRooms(opened), terminal_size=size, run_before=prepare)


@SIZES
def test_a_smoke_test_asks_first(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    """Every target, its effect, and the key that starts it are on the screen."""
    stage = still(tmp_path)
    targets = [{"region": name, "template": "build-from-scratch-goose"} for name in REGIONS]
    document = three_regions().model_dump(mode="json", exclude_unset=True)
    stage.settings = Settings.model_validate({**document, "smoke": {"target": targets}})

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(stage, pilot)
        await pilot.press("s")
        await settled(stage, pilot)

    assert snap_compare(stage.app(), terminal_size=size, run_before=prepare)


@SIZES
@pytest.mark.parametrize(("name", "key"), [("incidents", "4"), ("retrospective", "5")])
def test_empty_rooms_say_how_to_begin(
    snap_compare: Compare, tmp_path: Path, name: str, key: str, size: tuple[int, int]
) -> None:
    """An empty list names the key that fills it."""
    stage = still(tmp_path)

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(stage, pilot)
        await pilot.press(key)
        await settled(stage, pilot)

    assert snap_compare(stage.app(), terminal_size=size, run_before=prepare)


@pytest.mark.parametrize(
    ("picture", "of"),
    [
        ("checklist", "test_the_rooms_that_sense[checklist-failing-120x40]"),
        ("live", "test_the_live_room_during_the_session[alerts--120x40]"),
    ],
)
def test_the_readme_shows_the_rooms_as_they_are(picture: str, of: str) -> None:
    root = Path(__file__).parents[2]
    taken = Path(__file__).parent / f"__snapshots__/test_pictures/{of}.svg"
    shown = root / f"docs/pictures/{picture}.svg"
    assert shown.read_bytes() == taken.read_bytes(), f"copy {taken.relative_to(root)} to {shown.relative_to(root)}"
