"""When our own token, certificate or session ends."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
import yaml

from fakes.coder_rights import CoderFor
from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.coder_own import CoderOwn
from workshop_tui.collectors.own_credentials import OwnCredentialsSource
from workshop_tui.model.coder_rights import OwnCredential
from workshop_tui.model.workshop import Workshop

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORKSHOP = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), 10, "UTC", NOW)
ENDS_AT = datetime(2026, 12, 3, 9, tzinfo=UTC)
TOKEN = "abcDEF0123-aVeryLongSecretOfCoders22"


async def of_coder(
    directory: Path, key: dict[str, object] | Says, token: str = TOKEN
) -> tuple[tuple[OwnCredential, ...], list[Asked]]:
    coder = CoderFor(key=key if isinstance(key, dict) else {})
    async with loopback(coder.answer if isinstance(key, dict) else lambda _: key) as server:
        settings = settings_for(f"http://{server.host}", directory)
        (directory / "secret").write_text(token, encoding="utf-8")
        async with opened(CoderOwn, settings) as own:
            return await OwnCredentialsSource(own, {}, "").collect(), server.asked


@pytest.mark.parametrize(("login_type", "extended"), [("token", False), ("oidc", True), ("password", True)])
async def test_coder_tells_when_our_token_ends_and_only_its_name_is_in_the_address(
    login_type: str, extended: bool, tmp_path: Path
) -> None:
    key = {"id": "abcDEF0123", "expires_at": "2026-12-03T09:00:00Z", "login_type": login_type}
    found, (asked,) = await of_coder(tmp_path, key)
    assert found == (OwnCredential("our Coder token", None, ENDS_AT, "Coder's key information", extended=extended),)
    assert asked.path == "/api/v2/users/me/keys/abcDEF0123"


async def test_the_end_of_a_token_that_names_no_key_is_unknown_and_no_part_of_it_is_sent(tmp_path: Path) -> None:
    (found,), asked = await of_coder(tmp_path, {}, "whatever-this-is")
    why = "it is not in the form ID-SECRET of Coder's keys, so Coder cannot be asked when it ends"
    assert (found, asked) == (OwnCredential("our Coder token", unknown=why), [])


@pytest.mark.parametrize("status", [403, 404])
async def test_where_coder_does_not_tell_its_end_is_unknown(status: int, tmp_path: Path) -> None:
    ((found,), _) = await of_coder(tmp_path, Says(status, b"{}"))
    assert found == OwnCredential("our Coder token", unknown="Coder does not tell when it ends")


@pytest.mark.parametrize("end", [{"expires_at": "soon"}, {}, {"expires_at": None}, {"expires_at": ""}])
async def test_an_end_that_cannot_be_read_is_unknown_and_not_never(end: dict[str, object], tmp_path: Path) -> None:
    ((found,), _) = await of_coder(tmp_path, Says(200, json.dumps({"login_type": "token", **end}).encode()))
    assert found == OwnCredential("our Coder token", unknown="Coder does not tell when it ends")


async def test_a_server_that_has_no_such_question_leaves_the_end_unknown_and_it_is_said(tmp_path: Path) -> None:
    ((found,), _) = await of_coder(tmp_path, Says(404, b'{"message": "Route not found."}'))
    assert found == OwnCredential("our Coder token", unknown="Coder does not tell when it ends: it has no such route")


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiJ9.{body}.c2lnbmF0dXJl"


async def of_cluster(user: dict[str, object], directory: Path) -> tuple[OwnCredential, ...]:
    file = directory / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "contexts": [{"name": "ohio", "context": {"cluster": "c", "user": "me"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "me", "user": user}],
    }
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return await OwnCredentialsSource(None, {"us": "ohio"}, str(file)).collect()


def certificate(not_after: datetime) -> bytes:
    authority = trustme.CA()
    return authority.issue_cert("me", not_after=not_after).cert_chain_pems[0].bytes()


async def test_the_certificate_of_a_kubeconfig_has_an_end(tmp_path: Path) -> None:
    pem = certificate(ENDS_AT)
    (tmp_path / "me.crt").write_bytes(pem)
    told = OwnCredential("our client certificate of the context ohio", "us", ENDS_AT, "the kubeconfig")
    inline = base64.b64encode(pem).decode()
    assert await of_cluster({"client-certificate-data": inline}, tmp_path) == (told,)
    assert await of_cluster({"client-certificate": "me.crt"}, tmp_path) == (told,)


async def test_the_token_of_a_kubeconfig_has_an_end_where_it_tells_one(tmp_path: Path) -> None:
    (found,) = await of_cluster({"token": jwt(exp=ENDS_AT.timestamp())}, tmp_path)
    assert found == OwnCredential("our token of the context ohio", "us", ENDS_AT, "the kubeconfig")


@pytest.mark.parametrize(
    "user",
    [
        {"token": "opaque"},
        {"token": "a.b.c"},
        {"token": jwt(sub="me")},
        {"tokenFile": "/var/run/token"},
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}, "token": jwt(exp=1)},
        {"auth-provider": {"name": "oidc"}},
        {},
    ],
)
async def test_what_is_renewed_by_itself_or_tells_no_end_is_no_hazard(user: dict[str, object], tmp_path: Path) -> None:
    assert await of_cluster(user, tmp_path) == ()


@pytest.mark.parametrize(
    ("user", "kind", "why"),
    [
        ({"token": jwt(exp="soon")}, "token", "its end cannot be read"),
        ({"token": jwt(exp=1e300)}, "token", "its end cannot be read"),
        ({"client-certificate-data": "bm90IGEgY2VydGlmaWNhdGU="}, "client certificate", "it cannot be read"),
        ({"client-certificate-data": "!"}, "client certificate", "it cannot be read"),
        ({"client-certificate": "not-there.crt"}, "client certificate", "it cannot be read"),
    ],
)
async def test_an_end_in_a_kubeconfig_that_cannot_be_read_is_unknown(
    user: dict[str, object], kind: str, why: str, tmp_path: Path
) -> None:
    (found,) = await of_cluster(user, tmp_path)
    assert (found.name, found.region, found.ends_at) == (f"our {kind} of the context ohio", "us", None)
    assert found.unknown.startswith(why)


async def test_a_context_or_file_that_is_not_there_is_told_by_who_signs_in_with_it(tmp_path: Path) -> None:
    assert await OwnCredentialsSource(None, {"us": "ohio"}, str(tmp_path / "none")).collect() == ()
