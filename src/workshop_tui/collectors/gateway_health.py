"""Whether the gateway is ready, and how fast it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.gateway import GatewayHealth
from workshop_tui.model.kinds import GATEWAY_HEALTH
from workshop_tui.model.source import SourceKind

_OFF = {
    ErrorKind.FORBIDDEN: "the licence has no AI bridge",
    ErrorKind.NOT_FOUND: "the AI bridge is turned off on the server",
}


@dataclass(frozen=True)
class GatewayHealthSource:
    client: LiteLLMClient
    interval_s: float
    timeout_s: float = 10
    region: None = None
    kind: SourceKind[GatewayHealth] = GATEWAY_HEALTH

    async def collect(self) -> GatewayHealth:
        readiness = await self.client.readiness()
        return GatewayHealth(readiness.ready, readiness.database, readiness.latency_s)


@dataclass(frozen=True)
class BridgeHealthSource:
    """Coder's AI bridge runs inside the server: it is there, or the server says why not."""

    client: CoderClient
    interval_s: float
    timeout_s: float = 10
    region: None = None
    kind: SourceKind[GatewayHealth] = GATEWAY_HEALTH

    async def collect(self) -> GatewayHealth:
        began_s = time.monotonic()
        try:
            await self.client.bridged_models()
        except SourceError as error:
            if error.kind not in _OFF:
                raise
            return GatewayHealth(
                ready=False, database="", latency_s=time.monotonic() - began_s, trouble=_OFF[error.kind]
            )
        return GatewayHealth(ready=True, database="", latency_s=time.monotonic() - began_s)
