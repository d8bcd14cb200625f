"""Which models the key may use, and whether those that the workshop needs answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.model.gateway import GatewayModels, ModelAnswer
from workshop_tui.model.kinds import GATEWAY_MODELS
from workshop_tui.model.source import SourceKind

_AGAIN_S = 60.0
_COSTS_MONEY_S = 3600.0


@dataclass(eq=False)
class GatewayModelsSource:
    """`asked`: models to ask for one token: once an hour, since it costs money, and soon again while one refuses."""

    client: LiteLLMClient
    asked: tuple[str, ...] = ()
    interval_s: float = _AGAIN_S
    timeout_s: float = 40
    region: None = None
    kind: SourceKind[GatewayModels] = GATEWAY_MODELS

    async def collect(self) -> GatewayModels:
        listed = await self.client.models()
        answers = await asyncio.gather(*(self._ask(model) for model in self.asked))
        refused = any(answer.error for answer in answers)
        self.interval_s = _COSTS_MONEY_S if answers and not refused else _AGAIN_S
        return GatewayModels(listed, tuple(answers))

    async def _ask(self, model: str) -> ModelAnswer:
        began_s = time.monotonic()
        error = await self.client.ask(model)
        return ModelAnswer(model, error, time.monotonic() - began_s)
