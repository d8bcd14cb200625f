"""The database is gone while the platform is watched: what waits to be written is in the copy too."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.noon import NOON
from fakes.rooms import Stage, running
from workshop_tui.model.alert import AlertKey
from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.recording.recorder import Recorder
from workshop_tui.session.live import Runtime
from workshop_tui.store.rescue import rescue
from workshop_tui.store.store import Store

LONDON = ("routing-success", "london")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Ten minutes after the start."""
    return Stage(tmp_path / "workshops.db", starts_in=timedelta(minutes=-10), tick_s=0.05)


async def until(seen: Callable[[], bool]) -> None:
    """What is asked for is not always told: how much waits, for one."""
    async with asyncio.timeout(20):
        while not seen():  # noqa: ASYNC110  # no one event tells of it
            await asyncio.sleep(0.02)


def shown(runtime: Runtime) -> float | None:
    """London's routes, as the grid has them."""
    value = runtime.observation.values.get(LONDON)
    return value.value if value else None


async def london_breaks_after(stage: Stage, runtime: Runtime, lose: Callable[[Path], None]) -> None:
    await until(lambda: shown(runtime) == 1)
    await until(lambda: runtime.observation.waiting_count == 0)
    lose(stage.database)
    await until(lambda: "nothing is saved any more" in runtime.trouble)
    stage.platform.broken_routes.add("london")
    stage.now += timedelta(seconds=5)
    await runtime.observation.ask_all()
    await until(lambda: shown(runtime) == 0.5)


async def test_what_was_measured_and_raised_since_is_in_the_copy_with_what_was_typed(stage: Stage) -> None:
    copy = stage.database.with_name("workshops-2.db")
    async with running(stage) as runtime:
        await london_breaks_after(stage, runtime, Path.unlink)
        said = await rescue(runtime, {"1.note.a": "late"}, copy)
    assert f"Saved in {copy}, with 1 unsaved text as a draft and " in said
    assert " recorded values that waited. Leave with q" in said
    other = await Store.open(copy, clock=stage.clock)
    assert [point.value for point in await other.readings.series(1, *LONDON)] == [1, 0.5]
    assert [alert.key for alert in await other.alerts.all(1)] == [AlertKey(*LONDON)]
    assert await other.drafts.all() == {"1.note.a": "late"}
    await other.close()


def overwritten(path: Path) -> None:
    """As `cp` does it: the same file, with other content."""
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE more AS SELECT zeroblob(9000000) AS zeros")
    shutil.copyfile(other, path)


async def test_where_no_copy_can_be_made_it_is_said_that_values_are_lost_and_texts_are_not(stage: Stage) -> None:
    async with running(stage) as runtime:
        await london_breaks_after(stage, runtime, overwritten)
        said = await rescue(runtime, {"1.note.a": "late"}, stage.database.with_name("workshops-2.db"))
    texts = stage.database.with_name("workshops-2.txt")
    assert "No copy could be made" in said
    assert "was overwritten by another program while it was open" in said
    assert f"What was typed and not saved is in {texts}; " in said
    assert said.endswith(" recorded values are not.")
    assert "late" in texts.read_text()
    assert not stage.database.with_name("workshops-2.db").exists()


async def test_what_waits_is_written_into_a_copy_though_another_window_recorded_and_goes_on_waiting(tmp_path) -> None:
    clock = Clock(wall=lambda: NOON)
    store = await Store.open(tmp_path / "workshops.db", clock=clock)
    workshop = await store.workshops.create("December", NOON, timedelta(minutes=90), 20, "UTC", "Ann")
    first, second = Recorder(clock, dict, str), Recorder(clock, dict, str)
    window = await Store.open(store.path, clock=clock)
    first.begin(workshop.id, {})
    await first.write(window)
    second.begin(workshop.id, {})
    second.values([MeasureValue(*LONDON, 7, Outcome.PASS, NOON)])
    second.results([CheckResult("nodes", "Nodes", Outcome.FAIL, (Finding("emea", Outcome.FAIL, "cut"),), NOON, 0.1)])
    assert second.waiting_count == 2
    await store.copy_to(tmp_path / "copy.db")
    copy = await Store.open(tmp_path / "copy.db", clock=clock)
    assert await second.copy_waiting(copy) == 2
    assert [point.value for point in await copy.readings.series(workshop.id, *LONDON)] == [7]
    assert list(await copy.results.latest(workshop.id)) == ["nodes"]
    assert second.waiting_count == 2
    with closing(sqlite3.connect(copy.path)) as connection:
        assert connection.execute("SELECT count(*) FROM recorders").fetchone() == (0,)
    for opened in (copy, window, store):
        await opened.close()
