from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.collectors.gateway_key import GatewayKeySource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.gateway import GatewayKey, KeyState


def refusal(status: int, kind: str | None, message: str, **headers: str) -> Says:
    """As the gateway writes one; its `code` is text."""
    body = {"error": {"message": message, "type": kind, "param": "None", "code": str(status)}}
    return Says(status, json.dumps(body).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def record(**info: object) -> Says:
    return Says(200, json.dumps({"key": SECRET, "info": info}).encode())


async def collected(says: Says, directory: Path, readiness: Says | None = None) -> GatewayKey:
    def answer(asked: Asked) -> Says:
        return says if asked.path == "/key/info" else readiness or Says(404)

    async with (
        loopback(answer) as server,
        opened(LiteLLMClient, settings_for(f"http://{server.host}", directory)) as client,
    ):
        return await GatewayKeySource(client, 10).collect()


NO_DATABASE = "Database not connected. Connect a database to your proxy"
REFUSED: list[tuple[int, str | None, str, KeyState]] = [
    (401, "expired_key", f"Authentication Error - Expired Key. Key {SECRET}", KeyState.EXPIRED),
    (400, "expired_key", "Authentication Error - Expired Key", KeyState.EXPIRED),
    (403, "auth_error", "Key Expiry time 2026-11-01 00:00:00+00:00 and current time 2026-12-01", KeyState.EXPIRED),
    (
        401,
        "token_not_found_in_db",
        f"Invalid proxy server token passed. Received API Key = {SECRET}",
        KeyState.NOT_FOUND,
    ),
    (401, "auth_error", "Authentication Error, Key is blocked. Update via /key/unblock", KeyState.BLOCKED),
    (400, "no_db_connection", "No connected db.", KeyState.NO_DATABASE),
    (401, "auth_error", "No connected db.", KeyState.NO_DATABASE),
    (500, "internal_server_error", NO_DATABASE, KeyState.NO_DATABASE),
    (404, "not_found_error", "Key not found in database", KeyState.MASTER),
    (404, None, "Key not found in database", KeyState.MASTER),
]


@pytest.mark.parametrize(("status", "kind", "message", "state"), REFUSED)
async def test_a_refusal_that_tells_of_the_key_is_its_state(
    status: int, kind: str | None, message: str, state: KeyState, tmp_path: Path
) -> None:
    assert await collected(refusal(status, kind, message), tmp_path) == GatewayKey(state)


SPENT: list[tuple[int, object, GatewayKey]] = [
    (
        400,
        {"message": "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25", "type": "budget_exceeded"},
        GatewayKey(KeyState.SPENT, spend_usd=26.075, max_budget_usd=0.25),
    ),
    (
        429,
        {"message": "Budget has been exceeded! Team=t-1 Current cost: 12.5, Max budget: 10.0", "type": None},
        GatewayKey(KeyState.SPENT, spend_usd=12.5, max_budget_usd=10, budget_of="team"),
    ),
    (
        401,
        {"message": "ExceededBudget: End User=ana over budget. Spend=3.5, Budget=3.0", "type": "auth_error"},
        GatewayKey(KeyState.SPENT, spend_usd=3.5, max_budget_usd=3, budget_of="end user"),
    ),
    (
        403,
        "Authentication Error, ExceededTokenBudget: Current spend for token: 7.2; Max Budget for Token: 7",
        GatewayKey(KeyState.SPENT, spend_usd=7.2, max_budget_usd=7),
    ),
    (
        429,
        {"message": "ExceededBudget: Organization=o over budget.", "type": "budget_exceeded"},
        GatewayKey(KeyState.SPENT, budget_of="organization"),
    ),
    (
        500,
        {"message": "No deployments available - crossed budget: Exceeded budget for tag='x'", "type": "None"},
        GatewayKey(KeyState.SPENT, budget_of="tag"),
    ),
    (429, {"message": f"{SECRET}", "type": "budget_exceeded"}, GatewayKey(KeyState.SPENT)),
]


@pytest.mark.parametrize(("status", "error", "key"), SPENT)
async def test_a_spent_budget_is_told_in_every_wording_and_status(
    status: int, error: object, key: GatewayKey, tmp_path: Path
) -> None:
    says = Says(status, json.dumps({"error": error}).encode())
    assert await collected(says, tmp_path) == key
    assert key.refused.startswith("has spent")


async def test_a_budget_that_a_hook_refuses_is_spent_too(tmp_path: Path) -> None:
    says = Says(429, b'{"detail": "Max budget limit reached."}')
    assert await collected(says, tmp_path) == GatewayKey(KeyState.SPENT)


async def test_a_key_that_has_spent_more_than_its_budget_is_refused(tmp_path: Path) -> None:
    body = (Path(__file__).parents[2] / "data/key-info-spent.json").read_bytes()
    assert (await collected(Says(200, body), tmp_path)).refused == "has spent its budget: 26.07 of 0.25 USD"


async def test_a_budget_that_keys_share_counts(tmp_path: Path) -> None:
    found = await collected(record(expires=None, spend=5, litellm_budget_table={"max_budget": 5}), tmp_path)
    assert found.refused == "has spent its budget: 5.00 of 5.00 USD"


@pytest.mark.parametrize("error", ["Authentication Error - Expired Key", {"message": "Key Expiry time x"}])
async def test_older_gateways_tell_an_expired_key_by_words_alone(error: object, tmp_path: Path) -> None:
    says = Says(400, json.dumps({"error": error}).encode())
    assert await collected(says, tmp_path) == GatewayKey(KeyState.EXPIRED)


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (refusal(401, "auth_error", "No api key passed in."), ErrorKind.UNAUTHORIZED, "renew gateway.key"),
        (
            refusal(
                401, "auth_error", f"LiteLLM Virtual Key expected. Received={SECRET}, expected to start with 'sk-'."
            ),
            ErrorKind.UNAUTHORIZED,
            "renew gateway.key",
        ),
        (
            refusal(403, "auth_error", "You are not allowed to access this key's info. Your role=internal_user"),
            ErrorKind.FORBIDDEN,
            "does not let the key read its own record",
        ),
        (refusal(403, "key_model_access_denied", "x"), ErrorKind.FORBIDDEN, "its own record"),
        (
            refusal(401, "auth_error", "Can't reach database server at `db`:`5432`"),
            ErrorKind.UNREACHABLE,
            "cannot reach its database",
        ),
        (
            refusal(400, "no_db_connection", "Client is not connected to the query engine, you must call `connect()`"),
            ErrorKind.UNREACHABLE,
            "cannot reach its database",
        ),
        (
            refusal(429, "throttling_error", "Max parallel request limit reached", Retry_After="60"),
            ErrorKind.RATE_LIMITED,
            "asks to wait 60 s",
        ),
        (refusal(429, "all_deployments_in_cooldown", "x"), ErrorKind.RATE_LIMITED, "limits the rate"),
        (refusal(500, f"{SECRET}\nx", "boom"), ErrorKind.UNREACHABLE, "the gateway answers 500"),
        (refusal(500, None, "boom"), ErrorKind.UNREACHABLE, "the gateway answers 500 (no type)"),
        (refusal(503, "internal_server_error", "boom"), ErrorKind.UNREACHABLE, "503: look at its logs"),
        (Says(404, b'{"detail": "Not Found"}'), ErrorKind.NOT_FOUND, "check the address"),
        (Says(401, b"<html>"), ErrorKind.UNAUTHORIZED, "renew the token or key"),
        (Says(422, b'{"detail": []}'), ErrorKind.MALFORMED, "answers with 422"),
        (Says(200, b"{}"), ErrorKind.MALFORMED, "does not answer as expected"),
        (record(), ErrorKind.MALFORMED, "does not say when it expires"),
        (record(expires="in a week"), ErrorKind.MALFORMED, "an expiry that is no time"),
    ],
)
async def test_what_tells_nothing_of_the_key_is_unknown_and_never_green(
    says: Says, kind: ErrorKind, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        await collected(says, tmp_path)
    error = caught.value
    assert error.kind is kind
    assert words in error.message
    assert error.message.isprintable()
    assert SECRET not in error.message


@pytest.mark.parametrize(
    ("expires", "expires_at"),
    [
        (None, None),
        ("", None),
        ("2026-12-10T09:00:00Z", datetime(2026, 12, 10, 9, tzinfo=UTC)),
        ("2026-12-10T09:00:00", datetime(2026, 12, 10, 9, tzinfo=UTC)),
        ("2026-12-10T09:00:00.123000+00:00", datetime(2026, 12, 10, 9, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-12-10T11:00:00+02:00", datetime(2026, 12, 10, 9, tzinfo=UTC)),
    ],
)
async def test_an_expiry_is_read_with_and_without_a_zone(
    expires: str | None, expires_at: datetime | None, tmp_path: Path
) -> None:
    found = await collected(record(expires=expires, key_name="sk-...9Xw2"), tmp_path)
    assert (found.state, found.expires_at, found.masked) == (KeyState.VALID, expires_at, "sk-...9Xw2")


async def test_a_keys_budget_and_rotation_are_read(tmp_path: Path) -> None:
    found = await collected(
        record(
            key_alias="workshop-2026-12",
            expires="2026-12-10T09:00:00Z",
            blocked=None,
            max_budget=25,
            spend=1.25,
            auto_rotate=True,
            rotation_interval="30d",
            last_rotation_at="2026-12-01T12:00:00+00:00",
            of_tomorrow={"a": []},
        ),
        tmp_path,
    )
    assert found == GatewayKey(
        state=KeyState.VALID,
        alias="workshop-2026-12",
        expires_at=datetime(2026, 12, 10, 9, tzinfo=UTC),
        max_budget_usd=25.0,
        spend_usd=1.25,
        auto_rotate=True,
        rotation_interval="30d",
        last_rotation_at=datetime(2026, 12, 1, 12, tzinfo=UTC),
    )


async def test_a_blocked_key_that_still_reads_itself_is_blocked(tmp_path: Path) -> None:
    assert (await collected(record(blocked=True), tmp_path)).state is KeyState.BLOCKED


@pytest.mark.parametrize(
    ("readiness", "state"),
    [
        (Says(200, b'{"status": "healthy", "db": "Not connected"}'), KeyState.NO_DATABASE),
        (Says(200, b'{"status": "healthy", "db": "connected"}'), None),
        (Says(503, b'{"status": "healthy", "db": "disconnected"}'), None),
        (Says(500, b""), None),
    ],
)
async def test_a_bare_500_is_a_missing_database_only_if_the_gateway_is_ready_without_one(
    readiness: Says, state: KeyState | None, tmp_path: Path
) -> None:
    bare = refusal(500, "internal_server_error", "Internal server error")
    if state is not None:
        assert await collected(bare, tmp_path, readiness) == GatewayKey(state)
        return
    with pytest.raises(SourceError, match="the gateway answers") as caught:
        await collected(bare, tmp_path, readiness)
    assert caught.value.kind is ErrorKind.UNREACHABLE
