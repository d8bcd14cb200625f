"""Everything that the program changes in a cluster: looked at, recorded, done, and undone."""

from __future__ import annotations

from typing import Protocol

from workshop_tui.actions import scale_workload, suspend_cron_job
from workshop_tui.clients import credentials
from workshop_tui.clients.kubernetes import Changed, Cluster
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.platform_action import ActionPlan, PlatformAction, Scale, action_of_command
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.settings.settings import Settings

_MAYBE_DONE = (ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE)
"""The answer is missing, not the action: what was asked may have been done."""
_MOST_LOOKS = 6
"""A Deployment that crashes changes its status every few seconds."""
_NO_DRY_RUN = "does not support dry run"
"""A webhook that cannot try: only the change itself shows whether it agrees."""


class ChangeLog(Protocol):
    """Each is on disk when it returns."""

    async def plan(self, workshop_id: int | None, target: str, effect: str, undo: str, by: str) -> int: ...
    async def done(self, change_id: int) -> None: ...
    async def undone(self, change_id: int) -> None: ...


class ClusterActions:
    """Reaches no other cluster than those that the settings name."""

    def __init__(self, settings: Settings, changes: ChangeLog, person: str) -> None:
        self._changes = changes
        self._person = person
        kubeconfig, loopback_only = credentials.kubeconfig(settings), settings.rehearsal is not None
        self._clusters = {
            region.context: Cluster(
                kubeconfig,
                region.context,
                loopback_only=loopback_only,
                allow_plain_http=region.context in settings.kubernetes.allow_plain_http,
            )
            for region in settings.region
            if region.context is not None
        }

    async def plan(self, action: PlatformAction) -> ActionPlan:
        """What it would find; changes nothing. Raises `SourceError`."""
        cluster = self._cluster(action)
        if isinstance(action, Scale):
            return await scale_workload.plan(cluster, action)
        return await suspend_cron_job.plan(cluster, action)

    async def apply(self, plan: ActionPlan, workshop_id: int | None) -> int:
        """Tried without effect first, then recorded, then done. The change's id. Raises `SourceError`, `StoreError`."""
        action = plan.action
        version = await self._tried(plan)
        change_id = await self._changes.plan(
            workshop_id, action.target, action.effect, plan.inverse.command, self._person
        )
        try:
            await self._apply(plan, version)
        except SourceError as error:
            if error.kind not in _MAYBE_DONE:
                await self._changes.undone(change_id)
            raise
        await self._changes.done(change_id)
        return change_id

    async def plan_revert(self, change: PlatformChange) -> ActionPlan:
        """What undoing it would find. Raises `SourceError`, also for what is not undone this way."""
        action = action_of_command(change.undo)
        if action is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, f"{change.target} is not undone here: {change.undo}")
        return await self.plan(action)

    async def revert(self, change: PlatformChange, plan: ActionPlan) -> None:
        """`plan`: what `plan_revert` found. Raises `SourceError`, `StoreError`."""
        if plan.changes_something:
            await self._apply(plan, await self._tried(plan))
        await self._changes.undone(change.id)

    async def close(self) -> None:
        for cluster in self._clusters.values():
            await cluster.close()

    async def _tried(self, plan: ActionPlan) -> str:
        """The version at which the server would take it. Raises `SourceError` with its reason when it would not."""
        return await self._settled(plan, plan.version, dry_run=True)

    async def _apply(self, plan: ActionPlan, version: str) -> None:
        await self._settled(plan, version, dry_run=False)

    async def _settled(self, plan: ActionPlan, version: str, *, dry_run: bool) -> str:
        """Goes on when only something else of the object changed, as its status, since the person looked."""
        for _ in range(_MOST_LOOKS):
            try:
                await self._ask(plan.action, version, dry_run=dry_run)
            except Changed:
                found = await self.plan(plan.action)
                if found.inverse != plan.inverse:
                    raise SourceError(
                        ErrorKind.MALFORMED,
                        f"somebody changed it just now: it is {found.found}, not {plan.found}: look again",
                    ) from None
                version = found.version
            except SourceError as error:
                if dry_run and _NO_DRY_RUN in error.message:
                    return version
                raise
            else:
                return version
        raise SourceError(ErrorKind.MALFORMED, f"{plan.action.target} changes all the time: look again")

    async def _ask(self, action: PlatformAction, version: str, *, dry_run: bool) -> None:
        cluster = self._cluster(action)
        if isinstance(action, Scale):
            await scale_workload.apply(cluster, action, version, dry_run=dry_run)
        else:
            await suspend_cron_job.apply(cluster, action, version, dry_run=dry_run)

    def _cluster(self, action: PlatformAction) -> Cluster:
        cluster = self._clusters.get(action.context)
        if cluster is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, f"no region of the settings has the context {action.context}")
        return cluster
