"""A control room on a real store, with scripted sources and a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.paces import QUICK
from fakes.platform_state import PlatformState, three_regions
from workshop_tui.app.control_room import ControlRoom
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.clock import Clock
from workshop_tui.observing.pace import Pace
from workshop_tui.session.live import Runtime
from workshop_tui.store.store import Store

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


class Stage:
    """What a test of the rooms holds in its hands."""

    def __init__(
        self,
        database: Path,
        *,
        starts_in: timedelta = timedelta(days=2),
        now: datetime = NOON,
        tick_s: float | None = None,
        pace: Pace = QUICK,
        busy_timeout_s: float = 5.0,
    ) -> None:
        self.database = database
        self.pace = pace if tick_s is None else replace(pace, tick_s=tick_s)
        self.busy_timeout_s = busy_timeout_s
        self.now = now
        self.starts_in = starts_in
        self.clock = Clock(wall=lambda: self.now)
        self.settings = three_regions()
        self.platform = PlatformState(lambda: self.now)
        self.settings = three_regions()
        self.prepare: Callable[[Runtime], Awaitable[None]] | None = None
        self.runtime: Runtime | None = None

    async def open(self) -> Runtime:
        store = await Store.open(
            self.database, clock=self.clock, busy_timeout_s=self.busy_timeout_s, poll_s=self.pace.poll_s
        )
        runtime = Runtime(
            self.settings,
            load_guide(None),
            store,
            self.clock,
            "ana",
            assembler=self.platform.assembly,
            pace=self.pace,
        )
        if not await store.workshops.all():
            await store.workshops.create(
                "December workshop", self.now + self.starts_in, timedelta(minutes=75), 12, "Europe/Berlin", "ana"
            )
        await runtime.load()
        if self.prepare:
            await self.prepare(runtime)
        self.runtime = runtime
        return runtime

    def app(self) -> ControlRoom:
        return ControlRoom(self.open, pace=self.pace)


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Runtime]:
    """The runtime without rooms; that it is still at work is asserted in the end."""
    runtime = await stage.open()
    task = asyncio.create_task(runtime.run())
    try:
        yield runtime
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runtime.close()
