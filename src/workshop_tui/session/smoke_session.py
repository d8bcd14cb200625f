"""The control room's smoke test: one at a time, and it outlives the dialog that started it."""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from workshop_tui.errors import WorkshopError
from workshop_tui.model.clock import Clock
from workshop_tui.model.smoke import PlatformChange, SmokeProgress
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

if TYPE_CHECKING:
    from workshop_tui.session.smoke_tests import SmokeTests

_log = logging.getLogger(__name__)


class SmokeSession:
    """`judge` is awaited when what is recorded has changed."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, person: str, judge: Callable[[], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._person = person
        self._judge = judge
        self._task: asyncio.Task[None] | None = None
        self._heard: dict[tuple[str, str], tuple[SmokeProgress, float]] = {}
        """By region and workspace: the newest word, and since when it is in its stage (monotonic)."""
        self.left: tuple[PlatformChange, ...] = ()
        """What earlier ones left on the platform, as of the last `look`."""
        self.cleaned: tuple[str, ...] = ()
        """What became of it, in plain words."""
        self.trouble = ""
        """Why it could not be run or kept, in one line."""

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def progress(self) -> list[tuple[SmokeProgress, float]]:
        """Of the run that goes on, else of the last one; with the platform's seconds in the present stage."""
        now_s = time.monotonic()
        return [(heard, (now_s - since_s) * self._clock.speed) for heard, since_s in self._heard.values()]

    async def look(self) -> tuple[PlatformChange, ...]:
        """What is left on the platform; nothing while it runs, since that is its own. Raises `StoreError`."""
        if self.running:
            self.left = ()
        else:
            self.left = tuple(change for change in await self._store.platform_changes.left() if change.is_smoke)
        return self.left

    def start(self, workshop_id: int | None) -> None:
        """In all regions at once; does nothing while it runs."""
        if not self.running:
            self._heard, self.trouble, self.cleaned = {}, "", ()
            self._task = asyncio.create_task(self._run(workshop_id))

    def clean(self) -> None:
        """Remove what earlier ones left; does nothing while it runs."""
        if not self.running:
            self.trouble, self.cleaned = "", ()
            self._task = asyncio.create_task(self._clean())

    def stop(self) -> None:
        """What was started is removed before it ends; told twice, it leaves that to `clean`."""
        if self._task is not None:
            self._task.cancel()

    async def close(self, within_s: float = 10) -> None:
        """Stops it and waits for the removal; what takes longer is offered at the next start."""
        for _ in range(2):
            if self._task is not None and self.running:
                self._task.cancel()
                await asyncio.wait((self._task,), timeout=within_s)

    async def _run(self, workshop_id: int | None) -> None:
        try:
            await (await self._tests()).run(workshop_id, self._hear)
        except WorkshopError as error:
            self._say(error)
        finally:
            await self._judge()

    async def _clean(self) -> None:
        try:
            await (await self._tests()).clean(self._hear_cleaned)
            self.left = await (await self._tests()).left()
        except WorkshopError as error:
            self._say(error)

    async def _tests(self) -> SmokeTests:
        """The clients take 0.2 s to load."""
        module = await asyncio.to_thread(importlib.import_module, "workshop_tui.session.smoke_tests")
        tests: SmokeTests = module.SmokeTests(self._settings, self._store, self._clock, self._person)
        return tests

    def _say(self, error: WorkshopError) -> None:
        _log.warning("smoke test: %s", error)
        self.trouble = str(error)

    def _hear(self, progress: SmokeProgress) -> None:
        key = (progress.region, progress.workspace)
        before, since_s = self._heard.get(key, (None, 0.0))
        if before is None or before.stage != progress.stage:
            since_s = time.monotonic()
        self._heard[key] = (progress, since_s)

    def _hear_cleaned(self, change: PlatformChange, said: str) -> None:
        self.cleaned = (*self.cleaned, f"{change.target}: {said}")
