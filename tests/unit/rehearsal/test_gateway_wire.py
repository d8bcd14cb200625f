from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest


async def test_health_needs_no_key(rehearse) -> None:
    async with rehearse("calm") as wire:
        base = wire.settings["gateway"]["url"]
        assert (await wire.get(f"{base}/health/liveliness")).json == "I'm alive!"
        ready = await wire.get(f"{base}/health/readiness")
        assert (ready.status, ready.json) == (200, {"status": "healthy", "db": "connected"})


@pytest.mark.parametrize(
    ("headers", "type_"),
    [
        ({}, "auth_error"),
        ({"Authorization": "Bearer nothing"}, "auth_error"),
        ({"Authorization": "Bearer sk-someone-elses"}, "token_not_found_in_db"),
    ],
)
async def test_a_wrong_key_is_refused_by_type(rehearse, headers, type_: str) -> None:
    async with rehearse("calm") as wire:
        for path in ("/key/info", "/v1/models"):
            answer = await wire.get(f"{wire.settings['gateway']['url']}{path}", headers=headers)
            error = answer.json["error"]
            assert (answer.status, error["type"], error["code"]) == (401, type_, "401")
            assert "someone-elses" not in error["message"]


async def test_the_key_describes_itself(rehearse) -> None:
    async with rehearse("calm") as wire:
        key = wire.secret("gateway", "key")
        own = (await wire.gateway("/key/info")).json
        assert own["key"] == key
        by_hash = (await wire.gateway("/key/info", params={"key": hashlib.sha256(key.encode()).hexdigest()})).json
        assert by_hash["info"] == own["info"]
        assert key not in str(own["info"])
        shown = wire.platform.timing.shown_at
        assert datetime.fromisoformat(own["info"]["expires"]) - shown > timedelta(days=23)
        assert own["info"]["auto_rotate"] is False
        assert (await wire.gateway("/key/info", params={"key": "sk-another"})).status == 403


async def test_the_septembers_key_expires_and_comes_back_rotated(rehearse) -> None:
    async with rehearse("september-2024", at="T-2d") as wire:
        info = (await wire.gateway("/key/info")).json["info"]
        starts_at = wire.platform.timing.workshop_starts_at
        for name in ("expires", "key_rotation_at"):
            assert starts_at < datetime.fromisoformat(info[name]) < starts_at + timedelta(minutes=75)
        await wire.platform.jump("T+12m5s")
        expired = await wire.gateway("/key/info")
        assert (expired.status, expired.json["error"]["type"]) == (401, "expired_key")
        assert "Key Expiry time" in expired.json["error"]["message"]
        await wire.platform.jump("T+13m")
        renewed = (await wire.gateway("/key/info")).json["info"]
        assert datetime.fromisoformat(renewed["last_rotation_at"]) == datetime.fromisoformat(info["key_rotation_at"])
        assert datetime.fromisoformat(renewed["expires"]) - starts_at > timedelta(days=29)


async def test_models_are_listed_and_a_tiny_completion_costs_a_little(rehearse) -> None:
    async with rehearse("calm") as wire:
        models = [one["id"] for one in (await wire.gateway("/v1/models")).json["data"]]
        body = {"model": models[0], "messages": [{"role": "user", "content": "ping"}], "max_tokens": 1}
        answer = await wire.gateway("/v1/chat/completions", "POST", json=body)
        assert answer.json["usage"]["completion_tokens"] == 1
        assert (await wire.gateway("/key/info")).json["info"]["spend"] > 0
        denied = await wire.gateway("/v1/chat/completions", "POST", json={**body, "model": "other"})
        assert (denied.status, denied.json["error"]["type"]) == (403, "key_model_access_denied")
        assert (await wire.gateway("/v1/chat/completions", "POST", data=b"[]")).status == 400


async def test_keys_are_hashes_unless_full_objects_are_asked_for(rehearse) -> None:
    async with rehearse("calm") as wire:
        hashed = hashlib.sha256(wire.secret("gateway", "key").encode()).hexdigest()
        assert (await wire.gateway("/key/list")).json["keys"] == [hashed]
        full = (await wire.gateway("/key/list", params={"return_full_object": "true"})).json["keys"]
        assert [one["token"] for one in full] == [hashed]
        assert (await wire.gateway("/key/list", params={"key_alias": "other"})).json["total_count"] == 0
