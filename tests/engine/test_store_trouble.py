"""The store fails in earnest here: another connection holds the file, or SQLite may not write."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from fakes.recorded_stage import eventually_true
from fakes.rooms import Stage, running
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.session.live import Runtime
from workshop_tui.store.store import Store

TICK_S = 0.1
ROUTES = "routes-answer-in-every-region"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "workshops.db", tick_s=TICK_S, busy_timeout_s=0.05)


async def told_to(connection: sqlite3.Connection, statement: str) -> None:
    """In a thread: the control room may have to end its own write first."""
    await asyncio.to_thread(connection.execute, statement)


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        yield connection


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Another program is in the middle of a write."""
    with connected(path) as other:
        await told_to(other, "BEGIN IMMEDIATE")
        yield
        await told_to(other, "ROLLBACK")


async def until(runtime: Runtime, holds: Callable[[], bool]) -> None:
    """Looks again whenever the control room is told of a change."""
    told = asyncio.Event()
    leave = runtime.subscribe(lambda _: told.set())
    try:
        async with asyncio.timeout(10):
            while not holds():
                await told.wait()
                told.clear()
    finally:
        leave()


def break_ohio(stage: Stage) -> None:
    stage.platform.broken_routes.add("ohio")


def outcome_of(runtime: Runtime, check_id: str) -> Outcome | None:
    result = runtime.observation.results.get(check_id) if runtime.observation else None
    return None if result is None else result.outcome


async def saved_outcome(runtime: Runtime, check_id: str) -> Outcome | None:
    result = (await runtime.store.results.latest(runtime.workshop.id)).get(check_id)
    return None if result is None else result.outcome


async def test_a_locked_file_is_told_in_the_strip_and_vanishes_with_the_lock(stage):
    async with running(stage) as runtime:
        await until(runtime, lambda: outcome_of(runtime, ROUTES) is Outcome.PASS)
        async with locked(stage.database):
            break_ohio(stage)
            await until(runtime, lambda: bool(runtime.trouble))
            said = runtime.strip_view().trouble
            assert said == f"another program has locked {stage.database}: close it and try again"
            await until(runtime, lambda: outcome_of(runtime, ROUTES) is Outcome.FAIL)
        await until(runtime, lambda: not runtime.trouble)
        assert runtime.strip_view().trouble == ""


async def test_what_could_not_be_saved_is_saved_when_the_store_works_again(stage):
    async with running(stage) as runtime:
        await until(runtime, lambda: outcome_of(runtime, ROUTES) is Outcome.PASS)
        async with locked(stage.database):
            break_ohio(stage)
            stage.platform.storage_shares["ohio"] = 0.97
            stage.platform.silent_regions.add("london")
            await until(runtime, lambda: outcome_of(runtime, ROUTES) is Outcome.FAIL)
            seen = runtime.observation.values
            await until(runtime, lambda: seen["node-storage", "ohio"].value == pytest.approx(0.97))
            await until(runtime, lambda: bool(runtime.trouble))
        await until(runtime, lambda: not runtime.trouble)

        async def saved() -> bool:
            """The write that worked first may have begun before the last of these was seen."""
            values = {
                (one.measure_id, one.region): one for one in await runtime.store.readings.latest(runtime.workshop.id)
            }
            routes = await saved_outcome(runtime, ROUTES)
            return routes is Outcome.FAIL and values["node-storage", "ohio"].value == pytest.approx(0.97)

        await eventually_true(saved)
        broken = {change.source.region for change in await runtime.store.readings.source_changes(runtime.workshop.id)}
        assert broken == {"london"}


async def test_each_result_that_changed_while_the_store_failed_is_saved_once_and_in_order(stage):
    async with running(stage) as runtime:
        await until(runtime, lambda: outcome_of(runtime, ROUTES) is Outcome.PASS)
        async with locked(stage.database):
            for outcome in (Outcome.FAIL, Outcome.PASS, Outcome.FAIL):
                stage.platform.broken_routes ^= {"ohio"}
                await until(runtime, lambda outcome=outcome: outcome_of(runtime, ROUTES) is outcome)
            await until(runtime, lambda: bool(runtime.trouble))
        await until(runtime, lambda: not runtime.trouble)
        wanted, saved = [Outcome.FAIL, Outcome.PASS, Outcome.FAIL], []
        async with asyncio.timeout(20):
            while saved[-3:] != wanted:  # what was judged while the first of them was written comes next
                history = await runtime.store.results.history(runtime.workshop.id, ROUTES)
                saved = [result.outcome for result in reversed(history)]
                await asyncio.sleep(0.02)
        assert all(one is not following for one, following in pairwise(saved))
        essences = [[(one.subject, one.outcome) for one in result.findings] for result in history]
        assert all(one != other for one, other in pairwise(essences))


async def test_a_person_may_ask_for_a_check_while_the_store_fails(stage):
    async with running(stage) as runtime, locked(stage.database):
        await runtime.rerun([ROUTES])
        assert outcome_of(runtime, ROUTES) is Outcome.PASS
        assert "has locked" in runtime.trouble
        assert runtime.observation.running == {}


async def test_trouble_is_logged_once_when_it_begins_and_once_when_it_ends(stage, caplog):
    async with running(stage) as runtime:
        async with locked(stage.database):
            await until(runtime, lambda: bool(runtime.trouble))
            await asyncio.sleep(4 * TICK_S)
        await until(runtime, lambda: not runtime.trouble)
    said = [record.getMessage() for record in caplog.records if record.name == "workshop_tui.session.live"]
    assert said == [
        f"recording: another program has locked {stage.database}: close it and try again",
        "recording: works again",
    ]


async def test_what_another_window_wrote_while_the_file_could_not_be_read_is_shown_afterwards(stage):
    async with running(stage) as runtime:
        item_id = runtime.guide.items[0].id
        other = await Store.open(stage.database, clock=stage.clock)
        await until(runtime, lambda: outcome_of(runtime, ROUTES) is Outcome.PASS)
        with connected(stage.database) as connection:
            # the journal is where a window looks for what others did
            await told_to(connection, "ALTER TABLE journal RENAME TO journal_away")
            await until(runtime, lambda: "refused" in runtime.trouble)
            await told_to(connection, "ALTER TABLE journal_away RENAME TO journal")
        await other.items.change(runtime.workshop.id, item_id, "ben", status=ItemStatus.DONE)
        await until(runtime, lambda: item_id in runtime.record.items)
        await until(runtime, lambda: not runtime.trouble)
        await other.items.change(runtime.workshop.id, item_id, "ben", status=ItemStatus.OPEN)
        await until(runtime, lambda: runtime.record.items[item_id].status is ItemStatus.OPEN)
        await other.close()


async def test_a_source_that_was_broken_when_the_program_ended_is_recorded_as_recovered_at_the_next_start(stage):
    stage.platform.silent_regions.add("london")
    async with running(stage) as runtime:
        await until(runtime, lambda: len(broken_in(runtime)) > 0)
        await runtime.rerun([ROUTES])
    stage.platform.silent_regions.clear()
    async with running(stage) as runtime:
        await runtime.rerun([ROUTES])
        changes = await runtime.store.readings.source_changes(runtime.workshop.id)
    of_storage = [change.error is None for change in changes if str(change.source) == "node-storage/london"]
    assert of_storage == [True, False]


def broken_in(runtime: Runtime) -> list[str]:
    return [str(key) for key, reading in runtime.observation.readings.items() if reading.error]
