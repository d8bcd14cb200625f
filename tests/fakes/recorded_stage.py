"""A recording of a stage's control room, minute by minute, and a replay of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fakes.rooms import NOON, Stage
from workshop_tui.cli.replay_command import open_replay
from workshop_tui.model.measure import MeasureValue
from workshop_tui.session.live import Runtime
from workshop_tui.session.replayed import Replay
from workshop_tui.store.store import Store

MINUTE = timedelta(minutes=1)
STORAGE = "node-storage"


async def minute(stage: Stage, runtime: Runtime, number: int) -> None:
    """The clock moves there, all sources say what is then, and that is on disk."""
    stage.now = NOON + number * MINUTE
    assert runtime.observation is not None
    await runtime.observation.ask_all()
    await eventually_true(lambda: recorded_now(runtime, stage))


async def recorded_now(runtime: Runtime, stage: Stage) -> bool:
    """What the file holds of this moment are the grid's numbers, outcomes and words, and what checks and nodes say."""
    observation, workshop = runtime.observation, runtime.workshop
    assert observation is not None
    assert workshop is not None
    told = {region: value.value for (measure_id, region), value in observation.values.items() if measure_id == STORAGE}
    if told != pytest.approx(stage.platform.storage_shares):
        return False
    if any(value.taken_at not in (None, stage.now) for value in observation.values.values()):
        return False
    frame = await runtime.store.recorded.platform(workshop.id, stage.now)
    if frame is None or [one.failing for one in frame.health] != [one.failing for one in runtime.region_health()]:
        return False
    judged = {result.check_id: result.outcome for result in observation.results.values()}
    if any(result.judged_at != stage.now for result in observation.results.values()):
        return False
    results = await runtime.store.recorded.results(workshop.id, stage.now)
    if {check_id: result.outcome for check_id, result in results.items()} != judged:
        return False
    seen = await runtime.store.recorded.values(workshop.id, stage.now)
    kept = {(one.value.measure_id, one.value.region): one for one in seen if one.seen_at == stage.now}
    return {key: _said(one.value) for key, one in kept.items()} == {
        key: _said(value) for key, value in observation.values.items()
    }


def _said(value: MeasureValue) -> tuple[object, ...]:
    number = None if value.value is None else round(value.value, 6)
    return number, value.outcome, value.detail, value.people, value.people_of


async def replay_of(stage: Stage, begin: timedelta = timedelta()) -> Replay:
    store = await Store.open(stage.database, clock=stage.clock)
    (workshop,) = await store.workshops.all()
    await store.close()
    runtime = await open_replay(stage.database, None, workshop, NOON + begin)
    assert isinstance(runtime, Replay)
    return runtime


async def eventually_true(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110  # the file tells nobody
            await asyncio.sleep(0.02)
