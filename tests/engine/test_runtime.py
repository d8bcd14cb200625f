from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.platform_state import PlatformState
from fakes.rooms import NOON, Stage
from workshop_tui.errors import StoreError
from workshop_tui.model.kubernetes import Node
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.topic import ALL_TOPICS, Topic
from workshop_tui.session.live import Runtime

ROUTES = "routes-answer-in-every-region"
REGIONS = ("ohio", "oregon", "london")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "workshops.db", starts_in=timedelta(hours=1), tick_s=0.05)


async def run_until_asked(runtime: Runtime) -> asyncio.Task[None]:
    """Running, with the routes judged from live data."""
    task = asyncio.create_task(runtime.run())
    told = asyncio.Event()
    leave = runtime.subscribe(lambda _: told.set())
    async with asyncio.timeout(10):
        while ROUTES not in runtime.observation.results or not runtime.observation.readings:
            await told.wait()
            told.clear()
    leave()
    return task


async def end(runtime: Runtime, task: asyncio.Task[None] | None = None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await runtime.close()


async def measured(stage: Stage, runtime: Runtime, after: timedelta, workspaces: int, storage: float) -> None:
    """Recorded for every region, this long after the workshop's start."""
    at = runtime.workshop.starts_at + after
    values = [
        MeasureValue(measure_id, region, value, Outcome.PASS, at, "")
        for region in REGIONS
        for measure_id, value in (("concurrent-workspaces", workspaces), ("node-storage", storage))
    ]
    await runtime.store.readings.record(runtime.workshop.id, values)


async def test_the_retrospective_names_the_peaks_between_start_and_end_only(stage):
    runtime = await stage.open()
    for after_minutes, workspaces, storage in ((-30, 90, 0.99), (10, 3, 0.42), (20, 7, 0.515), (120, 80, 0.98)):
        await measured(stage, runtime, timedelta(minutes=after_minutes), workspaces, storage)
    assert runtime.fill_retrospective("{peak_workspaces} {peak_storage}") == "unknown unknown"
    await runtime.choose(runtime.workshop)
    filled = runtime.fill_retrospective("{peak_workspaces} workspaces, {peak_storage}, {failure_rate}")
    assert filled == "21 workspaces, 51.5 %, unknown"
    await end(runtime)


async def test_the_peaks_follow_while_the_workshop_runs(stage):
    runtime = await stage.open()
    assert runtime.fill_retrospective("{peak_storage}") == "unknown"
    stage.now += timedelta(hours=1, minutes=5)
    task = await run_until_asked(runtime)
    told: asyncio.Queue[frozenset[Topic]] = asyncio.Queue()
    runtime.subscribe(told.put_nowait)
    async with asyncio.timeout(10):
        while runtime.fill_retrospective("{peak_storage}") == "unknown":
            stage.now += timedelta(seconds=20)
            await told.get()
    assert runtime.fill_retrospective("{peak_storage}") == "44 %"
    await end(runtime, task)


async def test_the_last_known_results_and_values_are_there_before_anything_is_asked(stage):
    runtime = await stage.open()
    task = await run_until_asked(runtime)
    await runtime.rerun([ROUTES])
    last = runtime.observation.results[ROUTES]
    await end(runtime, task)

    again = await stage.open()
    assert again.observation.readings == {}
    shown_first = again.observation.results[ROUTES]
    assert (shown_first.summary, shown_first.findings) == (last.summary, last.findings)
    shown = again.observation.values["node-storage", "ohio"]
    assert shown.value == pytest.approx(0.41)
    assert list(again.observation.series["node-storage", "ohio"])[-1] == pytest.approx(0.41)
    await end(again)


async def test_results_are_kept_only_when_a_subject_stands_otherwise_or_a_person_asked(stage):
    runtime = await stage.open()
    task = await run_until_asked(runtime)
    await runtime.rerun([ROUTES])
    history = runtime.store.results.history
    before = len(await history(runtime.workshop.id, ROUTES))
    ticks: asyncio.Queue[frozenset[Topic]] = asyncio.Queue()
    leave = runtime.subscribe(ticks.put_nowait)
    async with asyncio.timeout(10):
        for _ in range(6):
            stage.now += timedelta(seconds=1)  # the words about ages change
            await ticks.get()
    leave()
    assert len(await history(runtime.workshop.id, ROUTES)) == before
    await runtime.rerun([ROUTES])
    assert len(await history(runtime.workshop.id, ROUTES)) == before + 1
    await end(runtime, task)


async def test_a_check_asked_for_shows_as_running_until_its_own_sources_have_answered(stage):
    runtime = await stage.open()
    task = await run_until_asked(runtime)
    stage.now += timedelta(seconds=7)
    asking = asyncio.create_task(runtime.rerun([ROUTES, "no-such-check"]))
    await asyncio.sleep(0)
    assert runtime.observation.running == {ROUTES: stage.now}
    stage.platform.broken_routes.add("london")
    await asking
    assert runtime.observation.running == {}
    result = runtime.observation.results[ROUTES]
    assert (result.outcome, result.judged_at) == (Outcome.FAIL, stage.now)
    await end(runtime, task)


async def test_a_check_asked_for_before_the_clients_are_loaded_is_judged_and_not_green(stage):
    runtime = await stage.open()
    await runtime.rerun([ROUTES])
    assert runtime.observation.results[ROUTES].outcome is Outcome.UNKNOWN
    await end(runtime)


async def test_choosing_another_workshop_starts_its_own_record_of_values(stage):
    runtime = await stage.open()
    first = runtime.workshop
    task = await run_until_asked(runtime)
    await runtime.rerun([ROUTES])
    other = await runtime.store.workshops.create(
        "January workshop", NOON + timedelta(days=30), timedelta(minutes=75), 12, "UTC", "ana"
    )
    await runtime.choose(other)
    await run_until_asked_again(runtime)
    await runtime.rerun([ROUTES])
    assert (await runtime.store.results.latest(other.id))[ROUTES].outcome is Outcome.PASS
    assert ("node-storage", "ohio") in {
        (value.measure_id, value.region) for value in await runtime.store.readings.latest(other.id)
    }
    assert (await runtime.store.results.latest(first.id))[ROUTES].outcome is Outcome.PASS
    await end(runtime, task)


async def run_until_asked_again(runtime: Runtime) -> None:
    told = asyncio.Event()
    leave = runtime.subscribe(lambda _: told.set())
    async with asyncio.timeout(10):
        while runtime.observation.values.get(("node-storage", "ohio")) is None:
            await told.wait()
            told.clear()
    leave()


async def test_a_check_that_no_longer_has_data_turns_unknown_though_nothing_arrives(stage):
    runtime = await stage.open()
    task = await run_until_asked(runtime)
    await runtime.rerun([ROUTES])
    stage.platform.silent_regions.update(REGIONS)
    stage.now += timedelta(hours=8)
    told = asyncio.Event()
    runtime.subscribe(lambda _: told.set())
    async with asyncio.timeout(10):
        while runtime.observation.results[ROUTES].outcome is not Outcome.UNKNOWN:
            await told.wait()
            told.clear()
    said = {finding.message for finding in runtime.observation.results[ROUTES].findings}
    assert all(message.endswith("; last data 8 h old") for message in said), said
    await end(runtime, task)


async def test_cancelling_leaves_no_task_behind(stage):
    runtime = await stage.open()
    task = await run_until_asked(runtime)
    await end(runtime, task)
    left = {one.get_coro().__qualname__ for one in asyncio.all_tasks() if one is not asyncio.current_task()}
    assert not {name for name in left if "Supervisor" in name or "Observation" in name or "Runtime" in name}


async def test_listeners_hear_all_that_changed_in_one_turn_at_once(stage):
    runtime = await stage.open()
    await asyncio.sleep(0)
    heard: list[frozenset[Topic]] = []
    leave = runtime.subscribe(heard.append)
    await runtime.choose(replace(runtime.workshop))
    await asyncio.sleep(0)
    leave()
    await runtime.choose(replace(runtime.workshop))
    await asyncio.sleep(0)
    assert heard[-1] == ALL_TOPICS
    assert sum(topics == ALL_TOPICS for topics in heard) == 1
    await end(runtime)


async def test_a_closed_store_is_one_line_that_says_what_to_do(stage):
    runtime = await stage.open()
    await runtime.close()
    with pytest.raises(StoreError, match="is closed: start workshop-tui again"):
        await runtime.choose(runtime.workshop)


async def test_after_a_restart_the_numbers_of_a_workshop_that_was_held_come_by_themselves(stage):
    runtime = await stage.open()
    await measured(stage, runtime, timedelta(minutes=10), 3, 0.42)
    await runtime.close()
    stage.now += timedelta(days=1)
    again = await stage.open()
    task = await run_until_asked(again)
    told = asyncio.Event()
    again.subscribe(lambda _: told.set())
    async with asyncio.timeout(10):
        while again.fill_retrospective("{peak_storage}") == "unknown":
            await told.wait()
            told.clear()
    assert again.fill_retrospective("{peak_workspaces} {peak_storage}") == "9 42 %"
    await end(again, task)


class NamelessNodes(PlatformState):
    def _nodes(self, region: str) -> tuple[Node, ...]:
        nodes = super()._nodes(region)
        return tuple(replace(node, name=object()) for node in nodes) if region == "london" else nodes


async def test_a_region_of_which_nothing_can_be_made_is_told_and_all_else_is_recorded(stage):
    stage.platform = NamelessNodes(lambda: stage.now)
    runtime = await stage.open()
    task = await run_until_asked(runtime)
    ohio = london = None
    try:
        async with asyncio.timeout(10):
            while not ("london is not recorded in full" in runtime.trouble and ohio and ohio.nodes):
                await asyncio.sleep(0.05)
                ohio = await runtime.store.recorded.region(runtime.workshop.id, "ohio", stage.now)
        london = await runtime.store.recorded.region(runtime.workshop.id, "london", stage.now)
        assert not task.done()
    finally:
        await end(runtime, task)
    assert london is None or not london.nodes
