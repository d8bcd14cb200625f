"""The AI bridge: lists out of the database, and a daemon that alone tells whether models can be reached."""

from __future__ import annotations

import pytest
from tests.unit.rehearsal.test_faults import fault

from workshop_rehearsal.serve import Edition

ROOTS = ["/aibridge", "/ai-gateway"]


async def passed_on(wire, path: str, **headers: str):
    return await wire.get(f"{wire.settings['coder']['url']}/api/v2{path}", headers=headers)


@pytest.mark.parametrize("root", ROOTS)
async def test_models_are_null_before_their_first_use_and_known_after(rehearse, root: str) -> None:
    async with rehearse("calm", at="T-2d") as wire:
        before = await wire.coder(f"{root}/models")
        assert (before.status, before.json) == (200, None)
        assert (await wire.coder(f"{root}/sessions")).json == {"count": 0, "sessions": []}
        await wire.platform.jump("T+20m")
        assert "claude-sonnet-4-5" in (await wire.coder(f"{root}/models")).json
        sessions = (await wire.coder(f"{root}/sessions", limit="2")).json
        assert (sessions["count"] > 2, len(sessions["sessions"])) == (True, 2)


@pytest.mark.parametrize(("rights", "seen"), [("auditor", True), ("template-admin", False), ("member", False)])
async def test_without_the_right_the_list_is_null_and_does_not_say_so(rehearse, rights: str, seen: bool) -> None:
    async with rehearse("calm", at="T+20m", rights=rights) as wire:
        answer = await wire.coder("/aibridge/models")
        assert (answer.status, answer.json is not None) == (200, seen)
        assert ((await wire.coder("/aibridge/sessions")).json["count"] > 0) is seen


@pytest.mark.parametrize(
    ("edition", "status"), [(Edition.LICENSED, 200), (Edition.UNLICENSED, 403), (Edition.AGPL, 404)]
)
async def test_the_licence_has_the_bridge_or_not(rehearse, edition: Edition, status: int) -> None:
    async with rehearse("calm", edition=edition) as wire:
        assert {(await wire.coder(f"{root}/models")).status for root in ROOTS} == {status}
        if edition is Edition.UNLICENSED:
            assert (await wire.coder("/aibridge/x")).json["message"].startswith("AI Bridge is a Premium feature")


@pytest.mark.parametrize("root", ROOTS)
async def test_the_daemon_looks_at_the_credential_and_knows_its_routes(rehearse, root: str) -> None:
    async with rehearse("calm") as wire:
        token = wire.secret("coder", "token")
        unknown = await passed_on(wire, f"{root}/health", Authorization=f"Bearer {token}")
        assert (unknown.status, unknown.body) == (404, b"route not supported: GET /health\n")
        assert unknown.headers["Content-Type"].startswith("text/plain")
        for headers in ({"X-Api-Key": token}, {"X-Coder-AI-Governance-Token": token}):
            assert (await passed_on(wire, f"{root}/anthropic/v1/models", **headers)).status == 200
        wrong = await passed_on(wire, f"{root}/health", Authorization="Bearer nobody")
        assert (wrong.status, wrong.body) == (403, b"unauthorized\n")
        session = await passed_on(wire, f"{root}/health", **{"Coder-Session-Token": token})
        assert (session.status, session.body) == (400, b"no authentication key provided\n")


async def test_a_lost_daemon_leaves_the_lists_as_they_were(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        await fault(wire, source="coder", kind="lost-bridge", region="", for_s=60)
        token = wire.secret("coder", "token")
        answer = await passed_on(wire, "/aibridge/anthropic/v1/models", Authorization=f"Bearer {token}")
        assert (answer.status, answer.json) == (404, {"message": "aibridged handler not mounted"})
        assert (await wire.coder("/aibridge/models")).json
