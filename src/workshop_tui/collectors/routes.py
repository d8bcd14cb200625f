"""A region's domain and wildcard, probed from this machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients.route import PROBE_LABEL, RouteClient
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.route import RouteProbe, RouteRole
from workshop_tui.model.source import SourceKind
from workshop_tui.settings import Region


@dataclass(frozen=True)
class RoutesSource:
    client: RouteClient
    settings: Region
    interval_s: float
    timeout_s: float = 10
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
        probes = (self.client.probe(role, host, self.settings.https_port) for role, host in hosts)
        return tuple(await asyncio.gather(*probes))
