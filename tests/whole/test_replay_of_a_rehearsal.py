"""A rehearsal is recorded, and its replay shows the same minute the same way."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from workshop_tui.cli.control_room import open_runtime
from workshop_tui.cli.rehearsing import continue_workshop, platform_process
from workshop_tui.cli.replay_command import find_recording, open_replay
from workshop_tui.present.live import grid_rows
from workshop_tui.session.live import Runtime

pytestmark = [pytest.mark.xdist_group("scenario"), pytest.mark.timeout(300)]

_SCENARIO = "september-2024"
_SPEED = 10
_OPTIONS = ("--scenario", _SCENARIO, "--at", "T+10m", "--speed", str(_SPEED))
_NARROW = 10
"""So narrow a cell holds the symbol and the number alone."""
_BEING_WRITTEN = timedelta(seconds=5 * _SPEED)
"""An alert is on the screen only when it is on disk: so long a busy machine may take for that."""


@dataclass(frozen=True)
class Shown:
    regions: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    alerts: dict[str, datetime]


def shown(runtime: Runtime, now: datetime) -> Shown:
    observation, record = runtime.observation, runtime.record
    assert observation is not None
    assert record is not None
    measures = [(one.id, one.title, one.unit, one.whole_platform) for one in observation.measures.values()]
    health = runtime.region_health()
    ages_aside = dict.fromkeys(observation.measures, timedelta(days=1))
    rows = grid_rows(measures, health, observation.values, {}, now, _NARROW, ages_aside)
    return Shown(
        tuple(f"{region.name} {'fails' if region.failing else 'answers'}" for region in health),
        tuple(tuple(_without_reason(cell.text) for cell in row.cells) for row in rows if not row.heading),
        {str(alert.key): alert.raised_at for alert in record.alerts if alert.open},
    )


def _without_reason(text: str) -> str:
    """The reason of an unknown names an age, which goes on between two records."""
    return "?" if text.startswith("?") else text.split("  ", maxsplit=1)[0].strip()


async def recorded(config: Path, database: Path) -> dict[datetime, Shown]:
    """Twenty seconds of a rehearsal at ten times its speed: moment -> what the live room showed."""
    runtime = await open_runtime(str(config), str(database), prepare=lambda made: continue_workshop(made, fresh=True))
    running = asyncio.create_task(runtime.run())
    moments: dict[datetime, Shown] = {}
    try:
        async with asyncio.timeout(60):
            while not (runtime.record and any(alert.open for alert in runtime.record.alerts)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        for _ in range(8):
            await asyncio.sleep(2.5)
            now = runtime.clock.now()
            moments[now] = shown(runtime, now)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runtime.close()
    return moments


async def replayed(database: Path, moments: dict[datetime, Shown]) -> dict[datetime, Shown]:
    workshop, _ = await find_recording(database, None, "", None)
    replay = await open_replay(database, None, workshop, None)
    again = {}
    try:
        for moment in reversed(moments):
            replay.playback.jump(moment)
            await replay.show()
            again[moment] = shown(replay, moment)
        assert replay.observation is not None
        for region in replay.region_health():
            detail = replay.observation.region_detail(region.name)
            assert detail.nodes
            assert detail.workspaces
    finally:
        await replay.close()
    return again


def wait_for(path: Path) -> None:
    deadline_s = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline_s, "the platform does not start"
        time.sleep(0.05)


def test_a_replay_shows_the_same_minute_the_same_way(tmp_path: Path) -> None:
    database = tmp_path / "rehearsal.db"
    with platform_process(_SCENARIO, _OPTIONS) as (_, config):
        wait_for(config)
        live = asyncio.run(recorded(config, database))
    replay = asyncio.run(replayed(database, live))
    for moment, was in live.items():
        again = replay[moment]
        assert again.regions == was.regions
        assert again.cells == was.cells
        assert was.alerts.items() <= again.alerts.items()
        late = again.alerts.keys() - was.alerts.keys()
        assert all(moment - again.alerts[key] < _BEING_WRITTEN for key in late)
    cells = [cell for was in live.values() for row in was.cells for cell in row]
    assert len([cell for cell in cells if any(letter.isdigit() for letter in cell)]) > 200
    assert len({was.cells for was in live.values()}) > 1, "it was not the same all the time"
