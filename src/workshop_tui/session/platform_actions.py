"""What a person lets the program change on the platform, and what of it is not undone."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from workshop_tui.model.platform_action import ActionPlan, PlatformAction
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.model.topic import Topic
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

if TYPE_CHECKING:
    from workshop_tui.actions.cluster_actions import ClusterActions


class PlatformActions:
    """Every method that changes something returns when it is on disk as well."""

    unknown = ""
    """Why it cannot be told what is left; empty where it can."""

    def __init__(self, settings: Settings, store: Store, person: str, notify: Callable[[Topic], None]) -> None:
        self._settings = settings
        self._store = store
        self._person = person
        self._notify = notify
        self._platform: ClusterActions | None = None
        self.left: tuple[PlatformChange, ...] = ()
        """Not undone, oldest first."""

    async def load(self) -> None:
        self.left = await self._store.platform_changes.left()

    async def plan(self, action: PlatformAction) -> ActionPlan:
        """What it would find; changes nothing. Raises `SourceError`."""
        return await (await self._ready()).plan(action)

    async def plan_revert(self, change: PlatformChange) -> ActionPlan:
        """What undoing it would find. Raises `SourceError`."""
        return await (await self._ready()).plan_revert(change)

    async def apply(self, plan: ActionPlan, workshop_id: int | None) -> None:
        """Raises `SourceError`, `StoreError`."""
        try:
            await (await self._ready()).apply(plan, workshop_id)
        finally:
            await self._changed()

    async def revert(self, change: PlatformChange, plan: ActionPlan) -> None:
        """Raises `SourceError`, `StoreError`."""
        try:
            await (await self._ready()).revert(change, plan)
        finally:
            await self._changed()

    async def close(self) -> None:
        if self._platform is not None:
            await self._platform.close()

    async def _changed(self) -> None:
        await self.load()
        self._notify(Topic.CHANGES)

    async def _ready(self) -> ClusterActions:
        """The clients take a while to load."""
        if self._platform is None:
            module = await asyncio.to_thread(importlib.import_module, "workshop_tui.actions.cluster_actions")
            self._platform = module.ClusterActions(self._settings, self._store.platform_changes, self._person)
        return self._platform
