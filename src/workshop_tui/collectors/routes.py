"""A region's domain and wildcard, probed from this machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients.route import PROBE_LABEL, RouteClient
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.route import RouteProbe, RouteRole
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class RoutesSource:
    client: RouteClient
    settings: Region
    interval_s: float
    timeout_s: float = 18
    kind: SourceKind[tuple[RouteProbe, ...]] = ROUTES

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[RouteProbe, ...]:
        hosts = []
        if self.settings.domain is not None:
            hosts.append((RouteRole.DOMAIN, self.settings.domain))
        if self.settings.wildcard is not None:
            hosts.append((RouteRole.WILDCARD, self.settings.wildcard.replace("*", PROBE_LABEL, 1)))
        return tuple(await asyncio.gather(*(self._probe(role, host) for role, host in hosts)))

    async def _probe(self, role: RouteRole, host: str) -> RouteProbe:
        """What does not answer at all is asked once more: a packet that was lost is no outage."""
        found = await self.client.probe(role, host, self.settings.https_port)
        if found.works or found.status is not None:
            return found
        return await self.client.probe(role, host, self.settings.https_port)
