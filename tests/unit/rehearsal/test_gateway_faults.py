"""A budget that is spent and a database that is gone, in the wordings of newer and older versions of LiteLLM."""

from __future__ import annotations

import pytest
from tests.unit.rehearsal.test_faults import fault

PING = {"model": "claude-haiku", "messages": [{"role": "user", "content": "ping"}], "max_tokens": 1}


@pytest.mark.parametrize(("kind", "status"), [("spent-budget", 429), ("spent-budget-older", 400)])
async def test_a_spent_budget_stands_in_the_information_and_refuses_the_use(rehearse, kind: str, status: int) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="gateway", kind=kind, region="", for_s=60)
        info = await wire.gateway("/key/info")
        assert info.status == 200
        assert info.json["info"]["spend"] >= info.json["info"]["max_budget"]
        refused = await wire.gateway("/v1/chat/completions", "POST", json=PING)
        assert (refused.status, refused.json["error"]["type"]) == (status, "budget_exceeded")
        assert refused.json["error"]["code"] == str(status)
        assert (await wire.gateway("/v1/models")).status == 200


@pytest.mark.parametrize(("kind", "ready", "key"), [("lost-database", 503, 503), ("lost-database-older", 200, 500)])
async def test_without_its_database_it_calls_itself_healthy_and_knows_no_key(
    rehearse, kind: str, ready: int, key: int
) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="gateway", kind=kind, region="", for_s=60)
        readiness = await wire.gateway("/health/readiness")
        assert (readiness.status, readiness.json) == (ready, {"status": "healthy", "db": "disconnected"})
        assert (await wire.gateway("/key/info")).status == key
        assert (await wire.gateway("/v1/chat/completions", "POST", json=PING)).status in (503, 400)
        assert (await wire.gateway("/health/liveliness")).json == "I'm alive!"
