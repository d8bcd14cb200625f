"""Start a workspace in a region, use it as a participant does, and remove it; recorded before it is started."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from workshop_tui.actions.smoke_course import Course, Tell
from workshop_tui.actions.smoke_parts import NotConfigured, SmokeParts
from workshop_tui.clients.coder_workspaces import CoderWorkspaces, OwnWorkspaceWire
from workshop_tui.clients.failure import one_line
from workshop_tui.errors import ErrorKind, SourceError, WorkshopError
from workshop_tui.model.clock import Clock
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import APP, COMMAND, MARKER, PODS, REMOVAL, PlatformChange, SmokeRun
from workshop_tui.settings.smoke import SmokeTarget

_LOOK_EVERY_S = 1.0
_REMOVED_WITHIN_S = 180.0
_PODS_GONE_WITHIN_S = 120.0
_LOOKS = 3
_FAILED = ("failed", "canceled", "canceling")
_AGENT_FAILED = ("timeout", "disconnected")
_SCRIPT_FAILED = ("start_error", "start_timeout")


class ChangeLog(Protocol):
    """Each is on disk when it returns."""

    async def plan(self, workshop_id: int | None, target: str, effect: str, undo: str, by: str) -> int: ...
    async def done(self, change_id: int) -> None: ...
    async def undone(self, change_id: int) -> None: ...


@dataclass(frozen=True)
class SmokeTest:
    """`look_every_s`: between two looks at a workspace; time runs `speed` times faster in a rehearsal.

    `least_s`: real seconds that a removal may take, however fast a rehearsal's clock goes.
    """

    coder: CoderWorkspaces
    parts: SmokeParts
    changes: ChangeLog
    clock: Clock
    person: str
    workshop_id: int | None
    timeout_s: float
    look_every_s: float = _LOOK_EVERY_S
    least_s: float = 5.0

    async def run(self, target: SmokeTarget, tell: Tell) -> SmokeRun:
        """Never raises for what the platform does; raises `StoreError`, and then has started nothing.

        Cancelled, it removes what it started before it ends; cancelled once more, it leaves that to `clean`.
        """
        name = MARKER + uuid.uuid4().hex[:8]
        course = Course(target.region, name, self.clock.speed, tell)
        began_at = self.clock.now()
        change_id = await self._plan(name, target)
        made: list[OwnWorkspaceWire] = []
        cancelled: asyncio.CancelledError | None = None
        pods: tuple[str, ...] | None = None
        try:
            await self._start_and_use(course, target, change_id, made)
            if made:
                pods = await self._pods_of(course, target, made[-1].id)
        except asyncio.CancelledError as error:
            cancelled = error
        removal = asyncio.ensure_future(self._remove_it(course, made[-1].id if made else "", change_id))
        try:
            removed = await (removal if cancelled else asyncio.shield(removal))
        except asyncio.CancelledError as error:
            if cancelled:
                raise
            cancelled = error
            removed = await removal
        if cancelled:
            course.end("stopped, and removed" if removed else "stopped, but not removed: workshop-tui doctor --clean")
            raise cancelled
        if removed and pods is not None:
            await self._see_pods_gone(course, target, made[-1].id, pods)
        course.end()
        return course.run(began_at, self.person)

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

    async def _start_and_use(
        self, course: Course, target: SmokeTarget, change_id: int, made: list[OwnWorkspaceWire]
    ) -> None:
        """What fails is told in `course`."""
        try:
            await self._start(course, target, change_id, made)
        except WorkshopError as failure:
            course.missed(Outcome.FAIL, str(failure))
        except TimeoutError:
            course.missed(Outcome.FAIL, f"not ready in {self.timeout_s:.0f} s: it waits in the stage {course.stage}")
        else:
            await _look(course, APP, "asks its app", lambda: self.parts.app(target, made[-1], self._pause_s))
            await _look(course, COMMAND, "runs a command inside", lambda: self.parts.command(target, made[-1]))

    async def _plan(self, name: str, target: SmokeTarget) -> int:
        return await self.changes.plan(
            self.workshop_id,
            f"workspace {name}",
            f"starts a workspace from {target.template} in {target.region}, and removes it",
            f"coder delete {name} --yes",
            self.person,
        )

    async def _start(self, course: Course, target: SmokeTarget, change_id: int, made: list[OwnWorkspaceWire]) -> None:
        """Until it is ready; what is made is in `made` at once. Raises `SourceError`, `TimeoutError`."""
        course.enter("queued", f"starts {course.workspace} from {target.template}")
        template_id = await self.coder.template_id(target.template)
        live_ms = int((self.timeout_s + _REMOVED_WITHIN_S) * 1000)
        making = asyncio.ensure_future(self.coder.create(course.workspace, template_id, target.parameters, live_ms))
        try:
            made.append(await asyncio.shield(making))
        except asyncio.CancelledError:
            with suppress(SourceError):
                made.append(await making)  # what is asked for is made: it is known, and can be removed
            raise
        await self.changes.done(change_id)
        async with asyncio.timeout(self.timeout_s / self.clock.speed):
            while True:
                found = await self.coder.get(made[-1].id)
                stage = _stage(found)
                if stage != course.stage:
                    course.passed()
                    if stage == "ready" and found is not None:
                        made.append(found)
                        return
                    course.enter(stage)
                await asyncio.sleep(self._pause_s)

    async def _pods_of(self, course: Course, target: SmokeTarget, workspace_id: str) -> tuple[str, ...] | None:
        """None: it is told why nothing will be known of them."""
        course.stage = PODS
        try:
            found = await self.parts.pods(target, workspace_id, course.workspace)
        except NotConfigured as reason:
            course.missed(Outcome.NOT_APPLICABLE, str(reason))
        except SourceError as failure:
            course.missed(Outcome.UNKNOWN, f"whether its pods are gone is not known: {failure.message}")
        else:
            if found:
                return found
            course.missed(Outcome.UNKNOWN, "no pod with its name or id was seen: whether one is left is not known")
        return None

    async def _see_pods_gone(
        self, course: Course, target: SmokeTarget, workspace_id: str, pods: tuple[str, ...]
    ) -> None:
        course.enter(PODS, f"waits until {len(pods)} pods are gone" if len(pods) > 1 else "waits until its pod is gone")
        until_s = time.monotonic() + max(_PODS_GONE_WITHIN_S / self.clock.speed, self.least_s)
        try:
            while pods and time.monotonic() < until_s:
                await asyncio.sleep(self._pause_s)
                pods = await self.parts.pods(target, workspace_id, course.workspace)
        except (SourceError, NotConfigured) as failure:
            course.missed(Outcome.UNKNOWN, f"whether its pods are gone is not known: {failure}")
            return
        if pods:
            course.missed(Outcome.FAIL, f"removed, but in the cluster there is still {', '.join(pods)}")
        else:
            course.passed()

    async def _remove_it(self, course: Course, workspace_id: str, change_id: int) -> bool:
        course.enter(REMOVAL, f"removes {course.workspace}")
        try:
            await self._remove(course.workspace, workspace_id, looks=_LOOKS)
            await self.changes.undone(change_id)
        except (WorkshopError, TimeoutError) as failure:
            said = str(failure) or "it is still there"
            course.missed(Outcome.FAIL, f"not removed ({said}): workshop-tui doctor --clean")
            return False
        course.passed()
        return True

    async def _remove(self, name: str, workspace_id: str, looks: int = 1) -> None:
        """Until it is gone, also when it was never made. Raises `SourceError`, `TimeoutError`.

        `looks`: how often one without an id must be found missing; what was asked for may come a little later.
        """
        async with asyncio.timeout(max(_REMOVED_WITHIN_S / self.clock.speed, self.least_s)):
            found = await self.coder.get(workspace_id) if workspace_id else await self.coder.find(name)
            while found is None and not workspace_id and (looks := looks - 1):
                await asyncio.sleep(self._pause_s)
                found = await self.coder.find(name)
            asked = False
            while found is not None:
                asked = asked or await self.coder.remove(found.id)
                await asyncio.sleep(self._pause_s)
                found = await self.coder.get(found.id)

    @property
    def _pause_s(self) -> float:
        return self.look_every_s / self.clock.speed


async def _look(course: Course, stage: str, words: str, ask: Callable[[], Awaitable[None]]) -> None:
    course.enter(stage, words)
    try:
        await ask()
    except NotConfigured as reason:
        course.missed(Outcome.NOT_APPLICABLE, str(reason))
    except SourceError as failure:
        course.missed(Outcome.FAIL, f"{stage}: {failure.message}")
    else:
        course.passed()


def _stage(workspace: OwnWorkspaceWire | None) -> str:
    """What it waits for now. Raises `SourceError` when it has failed."""
    if workspace is None:
        raise SourceError(ErrorKind.NOT_FOUND, "the workspace vanished while it started")
    build = workspace.latest_build
    if build.status in _FAILED:
        reason = one_line(build.job.error or "no reason is told")
        raise SourceError(ErrorKind.MALFORMED, f"the build {build.status}: {reason}")
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
