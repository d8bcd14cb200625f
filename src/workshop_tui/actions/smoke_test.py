"""Start a workspace in a region, wait until it is ready, and remove it; recorded before it is started."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from workshop_tui.clients.coder_workspaces import CoderWorkspaces, OwnWorkspaceWire
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.smoke import MARKER, PlatformChange, SmokeRun
from workshop_tui.settings import SmokeTarget

_LOOK_EVERY_S = 1.0
_REMOVED_WITHIN_S = 180.0
_FAILED = ("failed", "canceled", "canceling")
_AGENT_FAILED = ("timeout", "disconnected")
_SCRIPT_FAILED = ("start_error", "start_timeout")


class ChangeLog(Protocol):
    """Each is on disk when it returns."""

    async def plan(self, workshop_id: int | None, target: str, effect: str, undo: str, by: str) -> int: ...
    async def done(self, change_id: int) -> None: ...
    async def undone(self, change_id: int) -> None: ...


Tell = Callable[[str, str], None]
"""Region, and what happens there now."""


@dataclass(frozen=True)
class SmokeTest:
    """`look_every_s`: between two looks at a workspace; time runs `speed` times faster in a rehearsal."""

    coder: CoderWorkspaces
    changes: ChangeLog
    clock: Clock
    person: str
    workshop_id: int | None
    timeout_s: float
    look_every_s: float = _LOOK_EVERY_S

    async def run(self, target: SmokeTarget, tell: Tell) -> SmokeRun:
        """Never raises for what the platform does; raises `StoreError`, and then has started nothing."""
        name = MARKER + uuid.uuid4().hex[:8]
        began_at = self.clock.now()
        change_id = await self._plan(name, target)
        stages: list[tuple[str, float]] = []
        error = ""
        workspace_id = ""
        try:
            tell(target.region, f"starts {name} from {target.template}")
            template_id = await self.coder.template_id(target.template)
            live_ms = int((self.timeout_s + _REMOVED_WITHIN_S) * 1000)
            made = await self.coder.create(name, template_id, target.parameters, live_ms)
            workspace_id = made.id
            await self.changes.done(change_id)
            await self._until_ready(workspace_id, target, stages, tell)
        except SourceError as failure:
            error = failure.message
        except TimeoutError:
            reached = stages[-1][0] if stages else "queued"
            error = f"not ready in {self.timeout_s:.0f} s, it came as far as {reached}"
        tell(target.region, f"removes {name}")
        began_s = time.monotonic()
        try:
            await self._remove(name, workspace_id)
            await self.changes.undone(change_id)
            stages.append(("removal", (time.monotonic() - began_s) * self.clock.speed))
        except (SourceError, TimeoutError) as failure:
            said = failure.message if isinstance(failure, SourceError) else "it is still there"
            left = f"not removed ({said}): workshop-tui doctor --clean"
            error = f"{error}; {left}" if error else left
        tell(target.region, error or "passed")
        return SmokeRun(target.region, name, began_at, self.person, tuple(stages), error)

    async def clean(self, change: PlatformChange) -> bool:
        """Remove what an earlier run left; False when it is still there. Raises `SourceError`."""
        name = change.target.rpartition(" ")[2]
        if not name.startswith(MARKER):
            raise SourceError(ErrorKind.FORBIDDEN, f"{change.target} is none of ours: remove it by hand: {change.undo}")
        try:
            await self._remove(name, "")
        except TimeoutError:
            return False
        await self.changes.undone(change.id)
        return True

    async def _plan(self, name: str, target: SmokeTarget) -> int:
        return await self.changes.plan(
            self.workshop_id,
            f"workspace {name}",
            f"starts a workspace from {target.template} in {target.region}, and removes it",
            f"coder delete {name} --yes",
            self.person,
        )

    async def _until_ready(
        self, workspace_id: str, target: SmokeTarget, stages: list[tuple[str, float]], tell: Tell
    ) -> None:
        """Appends each stage with its seconds as it ends. Raises `SourceError`, `TimeoutError`."""
        stage, since_s = "queued", time.monotonic()
        async with asyncio.timeout(self.timeout_s / self.clock.speed):
            while True:
                found = await self.coder.get(workspace_id)
                now_stage = _stage(found)
                if now_stage != stage:
                    now_s = time.monotonic()
                    stages.append((stage, (now_s - since_s) * self.clock.speed))
                    stage, since_s = now_stage, now_s
                    tell(target.region, stage)
                if stage == "ready":
                    return
                await asyncio.sleep(self.look_every_s / self.clock.speed)

    async def _remove(self, name: str, workspace_id: str) -> None:
        """Until it is gone, also when it was never made. Raises `SourceError`, `TimeoutError`."""
        async with asyncio.timeout(_REMOVED_WITHIN_S / self.clock.speed):
            found = await (self.coder.get(workspace_id) if workspace_id else self.coder.find(name))
            asked = False
            while found is not None:
                asked = asked or await self.coder.remove(found.id)
                await asyncio.sleep(self.look_every_s / self.clock.speed)
                found = await self.coder.get(found.id)


def _stage(workspace: OwnWorkspaceWire | None) -> str:
    """What it waits for now. Raises `SourceError` when it has failed."""
    if workspace is None:
        raise SourceError(ErrorKind.NOT_FOUND, "the workspace vanished while it started")
    build = workspace.latest_build
    if build.status in _FAILED:
        raise SourceError(ErrorKind.MALFORMED, f"the build {build.status}: {build.job.error or 'no reason is told'}")
    if build.job.started_at is None:
        return "queued"
    if build.job.completed_at is None:
        return "provisioning"
    agents = workspace.agents
    for agent in agents:
        if agent.status in _AGENT_FAILED:
            raise SourceError(ErrorKind.UNREACHABLE, f"the agent {agent.name}: {agent.status}")
        if agent.lifecycle_state in _SCRIPT_FAILED:
            raise SourceError(ErrorKind.MALFORMED, f"the start-up script: {agent.lifecycle_state}")
    if not agents or any(agent.status != "connected" for agent in agents):
        return "agent"
    return "ready" if all(agent.lifecycle_state == "ready" for agent in agents) else "script"
