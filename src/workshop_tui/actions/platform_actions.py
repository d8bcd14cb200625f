"""Everything that the program changes in a cluster: looked at, recorded, done, and undone."""

from __future__ import annotations

from typing import Protocol

from workshop_tui.actions import scale_workload, suspend_cron_job
from workshop_tui.clients import credentials
from workshop_tui.clients.kubernetes import Changed, Cluster
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.deed import Deed, Prospect, Scale, read_deed
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.settings.settings import Settings

_MAYBE_DONE = (ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE)
"""The answer is missing, not the deed: what was asked may have been done."""
_MOST_LOOKS = 6
"""A Deployment that crashes changes its status every few seconds."""
_NO_DRY_RUN = "does not support dry run"
"""A webhook that cannot try: only the change itself shows whether it agrees."""


class ChangeLog(Protocol):
    """Each is on disk when it returns."""

    async def plan(self, workshop_id: int | None, target: str, effect: str, undo: str, by: str) -> int: ...
    async def done(self, change_id: int) -> None: ...
    async def undone(self, change_id: int) -> None: ...


class PlatformDeeds:
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

    async def look(self, deed: Deed) -> Prospect:
        """What it would find; changes nothing. Raises `SourceError`."""
        cluster = self._cluster(deed)
        if isinstance(deed, Scale):
            return await scale_workload.look(cluster, deed)
        return await suspend_cron_job.look(cluster, deed)

    async def do(self, prospect: Prospect, workshop_id: int | None) -> int:
        """Tried without effect first, then recorded, then done. The change's id. Raises `SourceError`, `StoreError`."""
        deed = prospect.deed
        version = await self._tried(prospect)
        change_id = await self._changes.plan(
            workshop_id, deed.target, deed.effect, prospect.inverse.command, self._person
        )
        try:
            await self._carry_out(prospect, version)
        except SourceError as error:
            if error.kind not in _MAYBE_DONE:
                await self._changes.undone(change_id)
            raise
        await self._changes.done(change_id)
        return change_id

    async def look_back(self, change: PlatformChange) -> Prospect:
        """What undoing it would find. Raises `SourceError`, also for what is not undone this way."""
        deed = read_deed(change.undo)
        if deed is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, f"{change.target} is not undone here: {change.undo}")
        return await self.look(deed)

    async def undo(self, change: PlatformChange, prospect: Prospect) -> None:
        """`prospect`: what `look_back` found. Raises `SourceError`, `StoreError`."""
        if prospect.changes_something:
            await self._carry_out(prospect, await self._tried(prospect))
        await self._changes.undone(change.id)

    async def close(self) -> None:
        for cluster in self._clusters.values():
            await cluster.close()

    async def _tried(self, prospect: Prospect) -> str:
        """The version at which the server would take it. Raises `SourceError` with its reason when it would not."""
        return await self._settled(prospect, prospect.version, dry_run=True)

    async def _carry_out(self, prospect: Prospect, version: str) -> None:
        await self._settled(prospect, version, dry_run=False)

    async def _settled(self, prospect: Prospect, version: str, *, dry_run: bool) -> str:
        """Goes on when only something else of the object changed, as its status, since the person looked."""
        for _ in range(_MOST_LOOKS):
            try:
                await self._ask(prospect.deed, version, dry_run=dry_run)
            except Changed:
                found = await self.look(prospect.deed)
                if found.inverse != prospect.inverse:
                    raise SourceError(
                        ErrorKind.MALFORMED,
                        f"somebody changed it just now: it is {found.found}, not {prospect.found}: look again",
                    ) from None
                version = found.version
            except SourceError as error:
                if dry_run and _NO_DRY_RUN in error.message:
                    return version
                raise
            else:
                return version
        raise SourceError(ErrorKind.MALFORMED, f"{prospect.deed.target} changes all the time: look again")

    async def _ask(self, deed: Deed, version: str, *, dry_run: bool) -> None:
        cluster = self._cluster(deed)
        if isinstance(deed, Scale):
            await scale_workload.carry_out(cluster, deed, version, dry_run=dry_run)
        else:
            await suspend_cron_job.carry_out(cluster, deed, version, dry_run=dry_run)

    def _cluster(self, deed: Deed) -> Cluster:
        cluster = self._clusters.get(deed.context)
        if cluster is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, f"no region of the settings has the context {deed.context}")
        return cluster
