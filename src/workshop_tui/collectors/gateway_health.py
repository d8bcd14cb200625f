"""Whether the gateway is ready, how fast it answers, and which models the key may use."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.litellm import LiteLLMClient
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
