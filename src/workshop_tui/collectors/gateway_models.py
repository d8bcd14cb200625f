"""Which models the key may use, and whether those that the workshop needs answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.model.gateway import GatewayModels, ModelAnswer
from workshop_tui.model.kinds import GATEWAY_MODELS
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class GatewayModelsSource:
    """`asked`: models to ask for one token; it costs money, so it is done once an hour."""

    client: LiteLLMClient
    asked: tuple[str, ...] = ()
    interval_s: float = 3600
    timeout_s: float = 40
    region: None = None
    kind: SourceKind[GatewayModels] = GATEWAY_MODELS

    async def collect(self) -> GatewayModels:
        listed = await self.client.models()
        answers = await asyncio.gather(*(self._ask(model) for model in self.asked))
        return GatewayModels(listed, tuple(answers))

    async def _ask(self, model: str) -> ModelAnswer:
        began_s = time.monotonic()
        error = await self.client.ask(model)
        return ModelAnswer(model, error, time.monotonic() - began_s)
