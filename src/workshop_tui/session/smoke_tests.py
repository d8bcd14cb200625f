"""Smoke tests in all regions at once, and what earlier ones left; for commands and for the control room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from workshop_tui.actions.smoke_course import Tell
from workshop_tui.actions.smoke_parts import SmokeParts
from workshop_tui.actions.smoke_run import SmokeTest
from workshop_tui.clients.coder_workspaces import CoderWorkspaces
from workshop_tui.clients.network import Network
from workshop_tui.errors import SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.smoke import PlatformChange, SmokeRun
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.smoke import SmokeTarget
from workshop_tui.store.store import Store

TellCleaned = Callable[[PlatformChange, str], None]
"""What was left, and what became of it."""


class SmokeTests:
    def __init__(self, settings: Settings, store: Store, clock: Clock, person: str) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._person = person

    async def run(self, workshop_id: int | None, tell: Tell) -> tuple[SmokeRun, ...]:
        """Each run is kept with the workshop as it ends. Raises `StoreError`.

        Cancelled, it ends when all that was started is removed.
        """
        async with self._opened(workshop_id) as smoke:

            async def run(target: SmokeTarget) -> SmokeRun:
                found = await smoke.run(target, tell)
                if workshop_id is not None:
                    await self._store.smoke_runs.add(workshop_id, found)
                return found

            targets = self._settings.smoke.target
            found = await asyncio.gather(*(run(target) for target in targets), return_exceptions=True)
        if failed := [error for error in found if isinstance(error, BaseException)]:
            raise failed[0]
        return tuple(one for one in found if isinstance(one, SmokeRun))

    async def clean(self, tell: TellCleaned) -> bool:
        """Removes what earlier runs left; True when nothing is left. Raises `StoreError`."""
        clean = True
        async with self._opened(None) as smoke:
            for change in await self.left():
                try:
                    gone = await smoke.clean(change)
                    said = "removed" if gone else f"still there: {change.undo}"
                except SourceError as error:
                    gone, said = False, f"{error.message}; by hand: {change.undo}"
                clean &= gone
                tell(change, said)
        return clean

    async def left(self) -> tuple[PlatformChange, ...]:
        """What earlier runs left on the platform, oldest first. Raises `StoreError`."""
        return tuple(change for change in await self._store.platform_changes.left() if change.is_smoke)

    @asynccontextmanager
    async def _opened(self, workshop_id: int | None) -> AsyncIterator[SmokeTest]:
        network = Network(self._settings)
        coder = CoderWorkspaces(self._settings, network)
        parts = SmokeParts(self._settings, network, coder)
        try:
            yield SmokeTest(
                coder,
                parts,
                self._store.platform_changes,
                self._clock,
                self._person,
                workshop_id,
                self._settings.smoke.timeout_s,
            )
        finally:
            await parts.close()
            await coder.close()
