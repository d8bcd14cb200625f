from __future__ import annotations

from datetime import timedelta

import pytest


async def ask(wire, path: str, method: str = "GET", **more):
    return await wire.ask(method, f"{wire.settings['alertmanager']['url']}{path}", **more)


def alert(wire, name: str = "Test", *, ends_in_s: float = 300, **labels: str):
    now = wire.platform.world.now
    ends_at = (now + timedelta(seconds=ends_in_s)).isoformat()
    starts_at = (now - timedelta(seconds=60)).isoformat()
    return {"labels": {"alertname": name, **labels}, "annotations": {}, "startsAt": starts_at, "endsAt": ends_at}


async def names(wire, **params) -> list[str]:
    answer = await ask(wire, "/api/v2/alerts", params=params)
    assert answer.status == 200
    return [one["labels"]["alertname"] for one in answer.json]


@pytest.mark.parametrize("scenario", ["calm", "september-2024"])
async def test_it_is_ready_and_tells_the_team(rehearse, scenario: str) -> None:
    async with rehearse(scenario) as wire:
        assert (await ask(wire, "/-/ready")).status == 200
        status = (await ask(wire, "/api/v2/status")).json
        assert status["cluster"]["status"] == "disabled"
        assert status["versionInfo"]["version"]
        assert (await ask(wire, "/api/v2/receivers")).json == [{"name": "workshop-team"}]
        assert (await ask(wire, "/api/v2/silences")).json == []
        assert await names(wire) == []


async def test_a_posted_alert_is_found_by_its_labels_until_its_end(rehearse) -> None:
    async with rehearse("calm") as wire:
        posted = await ask(wire, "/api/v2/alerts", "POST", json=[alert(wire, "One"), alert(wire, "Two", run="7")])
        assert (posted.status, posted.body) == (200, b"")
        assert await names(wire, filter='run="7"') == ["Two"]
        assert await names(wire, filter="alertname=~O.*") == ["One"]
        assert await names(wire, filter='run!="7"') == ["One"]
        assert await names(wire, active="false") == []
        (one,) = (await ask(wire, "/api/v2/alerts", params={"filter": 'run="7"'})).json
        assert (one["status"]["state"], one["receivers"]) == ("active", [{"name": "workshop-team"}])
        await ask(wire, "/api/v2/alerts", "POST", json=[alert(wire, "Two", run="7", ends_in_s=-10)])
        assert await names(wire) == ["One"]
        await wire.platform.jump("T-1d")
        assert await names(wire) == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}x",
        b'{"labels": {}}',
        b'[{"labels": {}}]',
        b'[{"annotations": {}}]',
        b"[1]",
        b'[{"labels": {"a": "b"}, "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2025-01-01T00:00:00Z"}]',
        b'[{"labels": {"a": "b"}, "endsAt": "2026-01-01T00:00:00"}]',
        b'[{"labels": {"a": "b"}, "endsAt": "soon"}]',
    ],
)
async def test_what_is_no_alert_is_refused_with_a_text(rehearse, body: bytes) -> None:
    async with rehearse("calm") as wire:
        answer = await ask(wire, "/api/v2/alerts", "POST", data=body, headers={"Content-Type": "application/json"})
        assert answer.status == 400
        assert isinstance(answer.json, str)


@pytest.mark.parametrize("text", ["", "alertname", "a=~(", 'a="'])
async def test_what_is_no_matcher_is_refused(rehearse, text: str) -> None:
    async with rehearse("calm") as wire:
        assert (await ask(wire, "/api/v2/alerts", params={"filter": text})).status == 400
