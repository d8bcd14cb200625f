"""Provisioners and their queue, organisation by organisation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workshop_tui.clients.coder import MOST_JOBS, CoderClient, OrganizationWire
from workshop_tui.collectors.together import together
from workshop_tui.collectors.who_sees import WhoSees
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder import ProvisionerPool
from workshop_tui.model.coder_rights import PROVISIONER_JOBS, PROVISIONERS_SINCE, is_older
from workshop_tui.model.kinds import PROVISIONERS
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class ProvisionersSource:
    """Of each organisation that the token may read; where it may not, the pool says so."""

    client: CoderClient
    who: WhoSees
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[ProvisionerPool, ...]] = PROVISIONERS

    async def collect(self) -> tuple[ProvisionerPool, ...]:
        answers = await self.who.answers([PROVISIONER_JOBS])
        allowed = {answer.organization for answer in answers if answer.allowed}
        organizations = await self.who.organizations()
        if any(one.name not in allowed for one in organizations):
            await self._say_when_too_old()
        try:
            return tuple(
                await together(self._pool(one) if one.name in allowed else _hidden(one) for one in organizations)
            )
        except SourceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                await self._say_when_too_old()
            raise

    async def _say_when_too_old(self) -> None:
        """Raises `SourceError` for a server that knows neither the right nor the question yet."""
        version, since = await self.client.version(), PROVISIONERS_SINCE
        if is_older(version, since.least):
            words = f"Coder {version} does not tell its provisioners and their queue: it needs {since.version}"
            raise SourceError(ErrorKind.NOT_FOUND, words)

    async def _pool(self, organization: OrganizationWire) -> ProvisionerPool:
        daemons = await self.client.provisioner_daemons(organization.id)
        jobs = await self.client.pending_jobs(organization.id)
        counts = Counter(daemon.status for daemon in daemons)
        cut = len(jobs) >= MOST_JOBS
        waiting = [at for job in jobs if (at := parse_time(job.created_at)) is not None]
        return ProvisionerPool(
            organization=organization.name,
            is_default=organization.is_default,
            idle=counts["idle"],
            busy=counts["busy"],
            offline=counts["offline"],
            versions=tuple(sorted({daemon.version for daemon in daemons if daemon.status in ("idle", "busy")})),
            pending_jobs=len(jobs),
            oldest_pending_at=None if cut else min(waiting, default=None),
            pending_cut=cut,
        )


async def _hidden(organization: OrganizationWire) -> ProvisionerPool:
    hidden = PROVISIONER_JOBS.without(organization.name)
    return ProvisionerPool(organization.name, organization.is_default, 0, 0, 0, hidden=hidden)
