"""The runtime judges numbers by the cue that the guide has on at the moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.rooms import Stage
from workshop_tui.model.outcome import Outcome


@pytest.mark.parametrize(
    ("minutes", "outcome"),
    [(-60, Outcome.PASS), (8, Outcome.PASS), (30, Outcome.WARN)],
    ids=["before", "onboarding", "exercise"],
)
async def test_a_queue_is_normal_while_everybody_starts_and_bad_in_the_exercise(
    minutes: int, outcome: Outcome, tmp_path: Path
) -> None:
    stage = Stage(tmp_path / "workshops.db", starts_in=timedelta(hours=1), tick_s=0.05)
    stage.platform.builds_waiting = 3
    runtime = await stage.open()
    stage.now += timedelta(minutes=60 + minutes)
    task = asyncio.create_task(runtime.run())
    told = asyncio.Event()
    runtime.subscribe(lambda _: told.set())
    async with asyncio.timeout(20):
        while (found := runtime.observation.values.get(("builds-queued", "ohio"))) is None or found.value is None:
            await told.wait()
            told.clear()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await runtime.close()
    assert (found.value, found.outcome) == (stage.platform.builds_waiting, outcome)
