"""How soon the gateway's models are asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.collectors.gateway_models import GatewayModelsSource

OK, BUSY = Says(200, b"{}"), Says(429, b'{"error": {"message": "slow down", "type": "rate_limit"}}')


@pytest.mark.parametrize(
    ("asked", "says", "next_s"),
    [
        ((), OK, 60),
        (("sonnet",), OK, 3600),
        (("sonnet",), BUSY, 60),
        (("sonnet", "opus"), BUSY, 60),
    ],
    ids=["to list costs nothing", "all answer", "one refuses", "two refuse"],
)
async def test_a_refusal_is_looked_at_again_within_a_minute_and_good_answers_after_an_hour(
    asked: tuple[str, ...], says: Says, next_s: float, tmp_path: Path
) -> None:
    listed = json.dumps({"data": [{"id": "sonnet"}, {"id": "opus"}]}).encode()
    answers = [says]

    def gateway(question: Asked) -> Says:
        return Says(200, listed) if question.path.endswith("/models") else answers[-1]

    async with (
        loopback(gateway) as server,
        opened(LiteLLMClient, settings_for(f"http://{server.host}", tmp_path)) as client,
    ):
        source = GatewayModelsSource(client, asked)
        found = await source.collect()
        assert source.interval_s == next_s
        assert [answer.error for answer in found.answers] == ["" if says is OK else "answers 429 (rate_limit)"] * len(
            asked
        )
        answers.append(OK)
        await source.collect()
    assert source.interval_s == (3600 if asked else 60)
