from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.noon import NOON
from fakes.recordings import BusyPlatform
from workshop_tui.model.clock import Clock
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.pace import USUAL
from workshop_tui.recording.recorder import Recorder
from workshop_tui.store.store import Store

SECOND = timedelta(seconds=1)


class Hands:
    def __init__(self) -> None:
        self.at = NOON
        self.clock = Clock(wall=lambda: self.at)
        self.told: list[str] = []

    def recorder(self, **given: Callable[[], object]) -> Recorder:
        return Recorder(self.clock, dict, self.told.append, **given)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def store(tmp_path: Path, hands: Hands) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "workshops.db", clock=hands.clock)
    yield store
    await store.close()


@pytest.fixture
async def workshop(store: Store) -> Workshop:
    return await store.workshops.create("December", NOON, timedelta(minutes=90), 20, "UTC", "Ann")


def value(number: float | None, at: int = 0, detail: str = "") -> MeasureValue:
    outcome = Outcome.UNKNOWN if number is None else Outcome.PASS
    return MeasureValue("storage", "emea", number, outcome, NOON + at * SECOND, detail)


@asynccontextmanager
async def recording(recorder: Recorder, store: Store) -> AsyncIterator[None]:
    task = asyncio.create_task(recorder.run(store, 0.05, 0.05))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def numbers(store: Store, workshop: Workshop) -> list[float | None]:
    return [point.value for point in await store.readings.series(workshop.id, "storage", "emea")]


async def test_each_change_is_recorded_though_several_come_between_two_writes(store, workshop, hands):
    under_test = hands.recorder()
    under_test.begin(workshop.id, {})
    for number in (1, 1, 2, 1, None, None, 3):
        hands.at += SECOND
        under_test.values([value(number)])
    await under_test.write(store)
    assert sorted(map(str, await numbers(store, workshop))) == ["1.0", "1.0", "2.0", "3.0", "None"]


async def test_what_does_not_change_is_recorded_once_a_minute(store, workshop, hands):
    under_test = hands.recorder()
    under_test.begin(workshop.id, {})
    for second in range(0, 181, 5):
        hands.at = NOON + second * SECOND
        under_test.values([value(7, second)])
    await under_test.write(store)
    assert await numbers(store, workshop) == [7, 7, 7, 7]


async def test_nothing_is_lost_when_it_is_stopped(store, workshop, hands):
    under_test = hands.recorder()
    under_test.begin(workshop.id, {})
    async with recording(under_test, store):
        await asyncio.sleep(0)
        under_test.values([value(1)])
    assert await numbers(store, workshop) == [1]
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT count(*) FROM recorders").fetchone() == (0,)


async def test_regions_are_kept_each_minute_and_at_once_when_an_alert_is_raised(store, workshop, hands):
    platform = BusyPlatform(nodes=3, pods=9)

    async def details() -> tuple[RegionDetail, ...]:
        return platform.details(hands.at)

    under_test = hands.recorder(details=details)
    under_test.begin(workshop.id, {})
    kept_at = []
    for second in range(0, 130, 10):
        hands.at = NOON + second * SECOND
        if second == 90:
            under_test.alert_raised()
        await under_test.write(store)
        region = await store.recorded.region(workshop.id, "ohio", hands.at)
        assert region is not None
        kept_at.append((region.taken_at - NOON) / SECOND)
    assert kept_at == [0, 0, 0, 0, 0, 0, 60, 60, 60, 90, 90, 90, 90]


async def test_an_alert_that_is_raised_while_regions_are_being_kept_is_kept_too(store, workshop, hands):
    made_at = []

    async def details() -> tuple[RegionDetail, ...]:
        made_at.append(hands.at)
        if len(made_at) == 1:
            under_test.alert_raised()
        return BusyPlatform(nodes=3, pods=9).details(hands.at)

    under_test = hands.recorder(details=details)
    under_test.begin(workshop.id, {})
    for _ in range(3):
        await under_test.write(store)
        hands.at += SECOND
    assert made_at == [NOON, NOON + SECOND]


async def test_another_window_takes_over_with_all_that_is_now(store, workshop, hands, tmp_path):
    first, second = hands.recorder(), hands.recorder()
    other = await Store.open(tmp_path / "workshops.db", clock=hands.clock)
    for each in (first, second):
        each.begin(workshop.id, {})
        each.values([value(1)])
    await first.write(store)
    await second.write(other)
    assert first.recorded_by == ""
    assert " on " in second.recorded_by
    assert await numbers(store, workshop) == [1], "not twice"
    hands.at += 31 * SECOND
    second.begin(workshop.id, {})
    second.recorded_by = "the first"
    await second.write(other)
    assert second.recorded_by == ""
    second.values([value(2)])
    await second.write(other)
    assert await numbers(store, workshop) == [1, 2]
    await other.close()


async def test_when_the_disk_is_full_values_wait_and_are_written_when_there_is_room(store, workshop, hands):
    under_test = hands.recorder()
    under_test.begin(workshop.id, {})
    under_test.values([value(0)])
    await under_test.write(store)
    with closing(sqlite3.connect(store.path)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    await limit_pages(store, pages)
    for number in range(1, 2000):
        hands.at += SECOND
        under_test.values([value(number, detail=f"detail {number} " * 20)])
    await under_test.write(store)
    assert "the disk is full" in hands.told[-1]
    assert await numbers(store, workshop) == [0]
    await limit_pages(store, 2**30)
    await under_test.write(store)
    assert hands.told[-1] == ""
    assert await numbers(store, workshop) == list(range(2000))


async def limit_pages(store: Store, pages: int) -> None:
    """SQLite's own word for a full disk."""

    async def limit(connection) -> None:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await store._database.write(limit)


_RECORDING = """
    import asyncio, sys, time
    from pathlib import Path
    from workshop_tui.observing.pace import USUAL
    from workshop_tui.recording.recorder import Recorder
    from workshop_tui.model.clock import Clock
    from workshop_tui.model.measure import MeasureValue
    from workshop_tui.model.outcome import Outcome
    from workshop_tui.store.store import Store

    async def main():
        store = await Store.open(Path(sys.argv[1]), clock=Clock())
        recorder = Recorder(Clock(), dict, lambda line: None)
        recorder.begin(1, {})
        asyncio.get_running_loop().create_task(recorder.run(store, USUAL.tick_s, USUAL.write_s))
        for number in range(1000):
            recorder.values([MeasureValue("storage", "emea", number, Outcome.PASS, Clock().now())])
            print(number, time.monotonic(), flush=True)
            await asyncio.sleep(0.05)

    asyncio.run(main())
"""


def _start(path: Path) -> subprocess.Popen[str]:
    program = textwrap.dedent(_RECORDING)
    return subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)


async def test_a_program_that_is_killed_has_lost_two_seconds_at_most(store, workshop):
    process = await asyncio.to_thread(_start, store.path)
    lines: list[str] = []
    while len(lines) < 110:
        lines.append(await asyncio.to_thread(process.stdout.readline))
    killed_s = time.monotonic()
    process.kill()
    await asyncio.to_thread(process.communicate)
    queued = [line.split() for line in lines]
    due = [float(number) for number, at_s in queued if float(at_s) < killed_s - USUAL.write_s - 0.5]
    assert due
    assert set(due) <= set(await numbers(store, workshop))
    assert await store.integrity() is None
