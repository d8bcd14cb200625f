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


async def admin(wire, path: str, body: object, key: str | None = None):
    headers = {"Authorization": f"Bearer {key or wire.secret('gateway', 'admin_key')}"}
    return await wire.ask("POST", f"{wire.settings['gateway']['url']}{path}", headers=headers, json=body)


async def test_an_admin_lets_the_key_live_longer(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        key = wire.secret("gateway", "key")
        before = (await wire.gateway("/key/info")).json["info"]["expires"]
        for name in (key, hashlib.sha256(key.encode()).hexdigest()):
            answer = await admin(wire, "/key/update", {"key": name, "duration": "11d"})
            assert answer.status == 200
            after = (await wire.gateway("/key/info")).json["info"]["expires"]
            assert after == answer.json["expires"] > before
        assert datetime.fromisoformat(after) - wire.platform.world.now == timedelta(days=11)


async def test_a_key_that_is_made_works_until_it_expires(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        made = (await admin(wire, "/key/generate", {"key_alias": "second", "duration": "30m"})).json
        url, headers = wire.settings["gateway"]["url"], {"Authorization": f"Bearer {made['key']}"}
        info = (await wire.get(f"{url}/key/info", headers=headers)).json["info"]
        assert (info["key_alias"], info["auto_rotate"]) == ("second", False)
        assert (await wire.get(f"{url}/v1/models", headers=headers)).status == 200
        await wire.platform.jump("T-47h")
        refused = await wire.get(f"{url}/v1/models", headers=headers)
        assert (refused.status, refused.json["error"]["type"]) == (401, "expired_key")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/key/update", {"key": "sk-unknown", "duration": "1d"}, 404, "Key not found"),
        ("/key/update", {"key": "sk-unknown", "duration": "soon"}, 400, "duration"),
        ("/key/update", {"duration": "1d"}, 422, "key is missing"),
        ("/key/update", {"key": "sk-unknown", "max_budget": 1}, 422, "max_budget"),
        ("/key/generate", {"key_alias": "workshop", "duration": "1d"}, 400, "already exists"),
        ("/key/generate", [], 422, "object"),
    ],
)
async def test_what_an_admin_cannot_do_says_why(rehearse, path: str, body: object, status: int, said: str) -> None:
    async with rehearse("calm") as wire:
        answer = await admin(wire, path, body)
        assert (answer.status, answer.json["error"]["code"]) == (status, str(status))
        assert said in answer.json["error"]["message"]


async def test_the_workshops_key_renews_nothing(rehearse) -> None:
    async with rehearse("calm") as wire:
        key = wire.secret("gateway", "key")
        answer = await admin(wire, "/key/update", {"key": key, "duration": "11d"}, key)
        assert (answer.status, answer.json["error"]["type"]) == (401, "auth_error")
