"""Provisioners and their queue, organisation by organisation."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient, OrganizationWire
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder import ProvisionerPool
from workshop_tui.model.kinds import PROVISIONERS
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class ProvisionersSource:
    """`wanted`: names of the organisations; empty for all that the token sees."""

    client: CoderClient
    wanted: tuple[str, ...]
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[ProvisionerPool, ...]] = PROVISIONERS

    async def collect(self) -> tuple[ProvisionerPool, ...]:
        every = await self.client.organizations()
        wanted = {name.casefold() for name in self.wanted}  # as Coder compares them
        chosen = [one for one in every if not wanted or one.name.casefold() in wanted]
        shown = {one.name.casefold() for one in chosen}
        missing = [name for name in self.wanted if name.casefold() not in shown]
        if missing:
            raise SourceError(ErrorKind.NOT_FOUND, f"Coder shows no organisation {', '.join(missing)}")
        return tuple(await asyncio.gather(*(self._pool(one) for one in chosen)))

    async def _pool(self, organization: OrganizationWire) -> ProvisionerPool:
        daemons, jobs = await asyncio.gather(
            self.client.provisioner_daemons(organization.id), self.client.pending_jobs(organization.id)
        )
        counts = Counter(daemon.status for daemon in daemons)
        waiting = [at for job in jobs if (at := parse_time(job.created_at)) is not None]
        return ProvisionerPool(
            organization=organization.name,
            is_default=organization.is_default,
            idle=counts["idle"],
            busy=counts["busy"],
            offline=counts["offline"],
            versions=tuple(sorted({daemon.version for daemon in daemons if daemon.status in ("idle", "busy")})),
            pending_jobs=len(jobs),
            oldest_pending_at=min(waiting, default=None),
        )
