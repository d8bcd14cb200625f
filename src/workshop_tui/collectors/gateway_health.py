"""Whether the gateway is ready, and how fast it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_bridge import CoderBridge
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder_rights import BRIDGE_SINCE, is_older
from workshop_tui.model.gateway import GatewayHealth
from workshop_tui.model.kinds import GATEWAY_HEALTH
from workshop_tui.model.source import SourceKind


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
    """Coder's AI bridge: it runs inside the server, in a daemon of its own."""

    client: CoderBridge
    coder: CoderClient
    interval_s: float
    timeout_s: float = 10
    region: None = None
    kind: SourceKind[GatewayHealth] = GATEWAY_HEALTH

    async def collect(self) -> GatewayHealth:
        began_s = time.monotonic()
        said = await self.client.readiness()
        took_s = time.monotonic() - began_s
        if said is None:
            return GatewayHealth(False, "", took_s, await self._why_there_is_none())
        return GatewayHealth(not said.trouble, "", took_s, said.trouble, said.warning)

    async def _why_there_is_none(self) -> str:
        """Raises `SourceError` for a server that has its bridge, if any, where it cannot be asked."""
        version = await self.coder.version()
        if is_older(version, BRIDGE_SINCE.least):
            words = f"Coder {version} does not tell of its AI bridge: it needs {BRIDGE_SINCE.version}"
            raise SourceError(ErrorKind.NOT_FOUND, words)
        return "the server has no AI bridge: it is a build without Coder's enterprise code"
