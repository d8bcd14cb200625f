"""The workspace proxies, as the Coder server judges them."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient, ProxyWire
from workshop_tui.model.coder import Proxies, Proxy
from workshop_tui.model.kinds import PROXIES
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class ProxiesSource:
    client: CoderClient
    interval_s: float = 30
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[Proxies] = PROXIES

    async def collect(self) -> Proxies:
        version, found = await self.client.version(), await self.client.proxies()
        return Proxies(version, tuple(map(_proxy, found)))


def _proxy(wire: ProxyWire) -> Proxy:
    report = wire.status.report if wire.status else None
    return Proxy(
        name=wire.name,
        url=wire.path_app_url,
        wildcard=wire.wildcard_hostname,
        healthy=wire.healthy,
        status=wire.status.status if wire.status else "",
        version=wire.version,
        troubles=(*((report.errors if report else None) or ()), *((report.warnings if report else None) or ())),
    )
