from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.litellm import LiteLLMClient, Readiness
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

Ask = Callable[[LiteLLMClient], Awaitable[object]]


def said(value: object, status: int = 200, **headers: str) -> Says:
    return Says(status, json.dumps(value).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def refusal(status: int, kind: str | None, message: str, **headers: str) -> Says:
    return said({"error": {"message": message, "type": kind, "param": None, "code": str(status)}}, status, **headers)


async def asked_of(answer: Answer, directory: Path, ask: Ask) -> tuple[object, list[Asked]]:
    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}/litellm", directory)
        async with opened(LiteLLMClient, settings) as client:
            return await ask(client), server.asked


async def test_a_key_is_asked_for_with_itself_and_never_in_the_address(tmp_path: Path) -> None:
    wire = {"key": SECRET, "info": {"key_name": "sk-...9Xw2", "key_alias": "workshop", "of_tomorrow": [1]}}
    found, (asked,) = await asked_of(lambda _: said(wire), tmp_path, LiteLLMClient.key_info)
    assert (asked.method, asked.target, asked.headers["authorization"]) == (
        "GET",
        "/litellm/key/info",
        f"Bearer {SECRET}",
    )
    assert found.status == 200
    assert (found.key.key_name, found.key.key_alias, found.key.expires) == ("sk-...9Xw2", "workshop", msgspec.UNSET)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("status", "body", "readiness"),
    [
        (200, {"status": "healthy", "db": "connected"}, (True, "connected")),
        (200, {"status": "healthy", "db": "Not connected"}, (True, "Not connected")),
        (200, {"status": "connected", "db": None, "success_callbacks": ["x"] * 99}, (True, "")),
        (200, {"status": "healthy"}, (True, "")),
        (200, {"status": "healthy", "db": "disconnected"}, (True, "disconnected")),
        (200, {"status": "unhealthy", "db": "connected"}, (False, "connected")),
        (503, {"detail": "Service Unhealthy (x)"}, (False, "")),
        (503, {"status": "healthy", "db": "disconnected"}, (False, "disconnected")),
        (503, {"status": "shutting_down"}, (False, "")),
    ],
)
async def test_readiness_is_the_status_whatever_the_body_says(
    status: int, body: object, readiness: tuple[bool, str], tmp_path: Path
) -> None:
    found, (asked,) = await asked_of(lambda _: said(body, status), tmp_path, LiteLLMClient.readiness)
    assert isinstance(found, Readiness)
    assert (found.ready, found.database) == readiness
    assert 0 < found.latency_s < 20
    assert asked.target == "/litellm/health/readiness"
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("body", [{}, {"db": "connected"}, {"status": None}, {"detail": "ok"}])
async def test_what_does_not_say_that_it_is_ready_is_not(body: object, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not say whether it is ready"):
        await asked_of(lambda _: said(body), tmp_path, LiteLLMClient.readiness)


@pytest.mark.parametrize("body", [b"<html>503 Service Temporarily Unavailable</html>", b"", b"no healthy upstream"])
async def test_a_load_balancers_own_503_is_no_readiness(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the gateway answers with 503: look at its logs") as caught:
        await asked_of(lambda _: Says(503, body), tmp_path, LiteLLMClient.readiness)
    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_the_keys_models_are_listed(tmp_path: Path) -> None:
    wire = {"object": "list", "data": [{"id": "claude-sonnet", "object": "model"}, {"id": "small"}]}
    found, (asked,) = await asked_of(lambda _: said(wire), tmp_path, LiteLLMClient.models)
    assert found == ("claude-sonnet", "small")
    assert asked.target == "/litellm/v1/models"


async def test_a_model_is_asked_for_one_token(tmp_path: Path) -> None:
    found, (asked,) = await asked_of(lambda _: said({"choices": []}), tmp_path, lambda client: client.ask("small"))
    assert found == ""
    assert (asked.method, asked.target) == ("POST", "/litellm/v1/chat/completions")
    body = json.loads(asked.body)
    assert (body["model"], body["max_tokens"]) == ("small", 1)
    assert asked.headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (refusal(429, "budget_exceeded", f"Budget of {SECRET}"), "answers 429 (its budget is spent)"),
        (refusal(403, "key_model_access_denied", "no"), "answers 403 (key_model_access_denied)"),
        (
            refusal(400, None, "Budget has been exceeded! Current cost: 2, Max budget: 1"),
            "answers 400 (its budget is spent)",
        ),
        (said({"detail": "Max budget limit reached."}, 429), "answers 429 (its budget is spent)"),
        (said({"detail": "Not Found"}, 404), "answers 404 (no reason)"),
        (refusal(500, None, "x"), "answers 500 (no reason)"),
        (refusal(500, f"{SECRET}\n{SECRET}", "x"), "answers 500 (•••• ••••)"),
        (Says(502, b"<html>"), "answers 502 (no reason)"),
    ],
)
async def test_a_model_that_does_not_answer_says_why_without_the_key(says: Says, words: str, tmp_path: Path) -> None:
    found, _ = await asked_of(lambda _: says, tmp_path, lambda client: client.ask("small"))
    assert found == words


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_rotated_key_is_read_anew_when_the_old_one_is_refused(status: int, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        valid = asked.headers["authorization"] == "Bearer the-rotated-key"
        return said({"data": []}) if valid else refusal(status, "expired_key", "expired")

    async with (
        loopback(answer) as server,
        opened(LiteLLMClient, settings_for(f"http://{server.host}", tmp_path)) as client,
    ):
        with pytest.raises(SourceError):
            await client.models()
        (tmp_path / "secret").write_text("the-rotated-key", encoding="utf-8")
        assert await client.models() == ()
    assert len(server.asked) == 3


async def test_an_unset_key_is_named_and_nothing_is_sent() -> None:
    async with loopback(lambda _: said({})) as server:
        settings = Settings.model_validate({"gateway": {"kind": "litellm", "url": f"http://{server.host}"}})
        async with opened(LiteLLMClient, settings) as client:
            with pytest.raises(SourceError, match=r"gateway\.key is not set: name the workshop's key") as caught:
                await client.key_info()
    assert (caught.value.kind, server.asked) == (ErrorKind.NOT_CONFIGURED, [])


GONE = "the gateway cannot reach its database: look at the database"
LOST = [
    (503, "service_unavailable_error", "Service Unavailable: the database cannot be reached.", 503, "disconnected"),
    (401, "auth_error", "Can't reach database server at `db`:`5432`", 503, "disconnected"),
    (500, "internal_server_error", "All connection attempts failed", 200, "disconnected"),
    (500, "internal_server_error", "Database not connected. Connect a database to your proxy", 200, "disconnected"),
    (400, "no_db_connection", "No connected db.", 200, "disconnected"),
]


def of_gateway(status: int, kind: str, message: str, ready: int, database: str) -> Callable[[Asked], Says]:
    refusal = Says(status, json.dumps({"error": {"message": message, "type": kind}}).encode())
    readiness = Says(ready, json.dumps({"status": "healthy", "db": database}).encode())
    return lambda asked: readiness if asked.path.endswith("readiness") else refusal


@pytest.mark.parametrize("lost", LOST)
async def test_a_lost_database_has_one_wording_whatever_is_asked(
    lost: tuple[int, str, str, int, str], tmp_path: Path
) -> None:
    answer = of_gateway(*lost)
    for call in (LiteLLMClient.key_info, LiteLLMClient.models):
        with pytest.raises(SourceError, match=GONE):
            await asked_of(answer, tmp_path, call)
    said, _ = await asked_of(answer, tmp_path, lambda client: client.ask("sonnet"))
    assert said == GONE


async def test_a_gateway_that_keeps_no_keys_has_not_lost_its_database(tmp_path: Path) -> None:
    answer = of_gateway(400, "no_db_connection", "No connected db.", 200, "Not connected")
    found, _ = await asked_of(answer, tmp_path, LiteLLMClient.key_info)
    assert (found.refusal is not None, found.status) == (True, 400)
    said, _ = await asked_of(answer, tmp_path, lambda client: client.ask("sonnet"))
    assert said == "answers 400 (no_db_connection)"
