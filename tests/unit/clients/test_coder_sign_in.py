from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.http_clients import SECRET, Impatient, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.coder_sign_in import Beginning, CoderSignIn
from workshop_tui.clients.network import Network
from workshop_tui.collectors.sign_in import SignInSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.sign_in import SignInOffer
from workshop_tui.settings.settings import Settings

PROVIDER = "https://okta.example.test/oauth2/v1/authorize?client_id=c&state=the-state-of-this-flow"
METHODS = {
    "terms_of_service_url": "",
    "password": {"enabled": False},
    "github": {"enabled": True, "default_provider_configured": False},
    "oidc": {"enabled": True, "signInText": "Okta", "iconUrl": ""},
}


def said(value: object, status: int = 200) -> Says:
    return Says(status, json.dumps(value).encode())


async def offer(callback: Answer, directory: Path, methods: object = METHODS) -> tuple[SignInOffer, list[Asked]]:
    def answer(asked: Asked) -> Says | None:
        return said(methods) if asked.path.endswith("authmethods") else callback(asked)

    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with opened(CoderSignIn, settings, Impatient(settings, 0.3)) as client:
            return await SignInSource(client).collect(), server.asked


async def begun(says: Says, directory: Path) -> Beginning:
    async with (
        loopback(lambda _: says) as server,
        opened(CoderSignIn, settings_for(f"http://{server.host}", directory)) as client,
    ):
        return await client.begin("oidc")


async def test_each_offered_way_is_begun_as_a_stranger_and_followed_no_further(tmp_path: Path) -> None:
    found, asked = await offer(lambda _: Says(307, headers={"Location": PROVIDER}), tmp_path)
    assert found.offered == ("oidc", "github")
    assert {(flow.way, flow.status, flow.leads_to) for flow in found.flows} == {
        ("oidc", 307, "okta.example.test"),
        ("github", 307, "okta.example.test"),
    }
    assert sorted(request.target for request in asked) == [
        "/api/v2/users/authmethods",
        "/api/v2/users/oauth2/github/callback",
        "/api/v2/users/oidc/callback",
    ]
    assert not any(SECRET in value for request in asked for value in request.headers.values())
    assert "the-state-of-this-flow" not in repr(found)


async def test_a_way_that_is_not_offered_is_not_begun(tmp_path: Path) -> None:
    methods = {"password": {"enabled": True}, "github": {}, "oidc": {"enabled": False}, "of_tomorrow": 5}
    found, asked = await offer(lambda _: Says(500), tmp_path, methods)
    assert (found.offered, found.flows) == (("password",), ())
    assert len(asked) == 1


async def test_one_way_that_hangs_leaves_the_other_to_be_judged(tmp_path: Path) -> None:
    def callback(asked: Asked) -> Says | None:
        return None if "github" in asked.path else Says(307, headers={"Location": PROVIDER})

    found, _ = await offer(callback, tmp_path)
    told = {flow.way: (flow.status, flow.error) for flow in found.flows}
    assert told == {"oidc": (307, ""), "github": (None, "Coder did not answer in time")}


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://github.com/login/oauth/authorize?state=x", "github.com"),
        ("https://user:secret@idp.example.test:8443/a", "idp.example.test"),
        ("/login?error=oidc", ""),
        ("//idp.example.test/a", "idp.example.test"),
        ("http://[half", ""),
        ("", ""),
        (f"https://{'a' * 300}.test/", "a" * 100),
    ],
)
async def test_where_it_leads_is_told_by_its_host_alone(location: str, host: str, tmp_path: Path) -> None:
    assert await begun(Says(307, headers={"Location": location}), tmp_path) == Beginning(307, host)


@pytest.mark.parametrize(
    ("location", "by_device"),
    [
        ("/login/device?state=the-state-of-this-flow", True),
        ("{own}/login/device?state=the-state-of-this-flow", True),
        ("https://github.com/login/device", False),
        ("/login?error=github", False),
    ],
)
async def test_githubs_default_shows_its_code_on_coders_own_page(
    location: str, by_device: bool, tmp_path: Path
) -> None:
    def callback(asked: Asked) -> Says:
        return Says(307, headers={"Location": location.replace("{own}", f"http://{asked.headers['host']}")})

    found, _ = await offer(callback, tmp_path)
    assert {flow.way: flow.by_device for flow in found.flows} == {"oidc": False, "github": by_device}
    assert "the-state-of-this-flow" not in repr(found)


async def test_a_mad_location_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Coder cannot be reached"):
        await begun(Says(307, headers={"Location": "javascript:alert(1)"}), tmp_path)


@pytest.mark.parametrize("status", [200, 400, 404, 429, 502])
async def test_any_other_answer_leads_nowhere(status: int, tmp_path: Path) -> None:
    says = Says(status, b"<html>", {"Location": PROVIDER, "Content-Type": "text/html"})
    assert await begun(says, tmp_path) == Beginning(status, "")


@pytest.mark.parametrize("methods", [{"password": True, "github": False, "oidc": False}, {}, [], "on"])
async def test_ways_in_another_shape_are_not_read_as_none(methods: object, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        await offer(lambda _: Says(), tmp_path, methods)
    assert caught.value.kind is ErrorKind.MALFORMED


async def test_a_spoiled_address_in_the_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_URL", "coder.example.test")
    async with opened(CoderSignIn, Settings(), Network(Settings())) as client:
        for question in (client.offered(), client.begin("oidc")):
            with pytest.raises(SourceError, match="CODER_URL"):
                await question
