"""The app through the wildcard and the pods in the cluster, against loopback servers that answer as Coder does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import trustme

from fakes.api_server import page as page_of_pods
from fakes.certificates import server_context
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Answer, Asked, Loopback, Says, loopback
from fakes.name_server import NameServer, name_server
from workshop_tui.actions.smoke_parts import NotConfigured, SmokeParts, default_command
from workshop_tui.clients.coder_workspaces import CoderWorkspaces, OwnWorkspaceWire
from workshop_tui.clients.network import Network
from workshop_tui.clients.route import judged_app
from workshop_tui.errors import SourceError
from workshop_tui.model.route import RouteRole, RouteStage
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.smoke import SmokeTarget

HOST = "code-server--wt-smoke-1--ana.london.example.test"
SIGN_IN = {"Location": f"https://ai.example.test/api/v2/applications/auth-redirect?redirect_uri=https%3A%2F%2F{HOST}"}
TARGET = SmokeTarget(region="london", template="goose")
APP = {
    "slug": "code-server",
    "subdomain": True,
    "subdomain_name": "code-server--wt-smoke-1--ana",
    "sharing_level": "owner",
    "health": "healthy",
}
GUARDED, PUBLIC = RouteRole.APP, RouteRole.PUBLIC_APP


def page(title: str) -> bytes:
    return f"<!doctype html><title>{title}</title>".encode()


def workspace(*apps: dict[str, Any]) -> OwnWorkspaceWire:
    document = {
        "id": "w-1",
        "name": "wt-smoke-1",
        "latest_build": {"resources": [{"agents": [{"id": "a-1", "name": "main", "apps": list(apps)}]}]},
    }
    return msgspec.convert(document, OwnWorkspaceWire)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret-token-of-the-test")


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with name_server({"*.london.example.test": ("127.0.0.1",)}) as server:
        yield server


Opened = Callable[..., Any]


@pytest.fixture
def opened(names: NameServer, tmp_path: Path) -> Opened:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    @asynccontextmanager
    async def open_parts(
        answer: Answer,
        coder: Answer = lambda _: None,
        certificate: str = "*.london.example.test",
        kubernetes: dict[str, str] | None = None,
        **region: Any,
    ) -> AsyncIterator[tuple[SmokeParts, Loopback]]:
        served = server_context(authority.issue_cert(certificate))
        async with loopback(answer, served) as front, loopback(coder) as api:
            shape = {"name": "london", "role": "proxy", "wildcard": "*.london.example.test", "https_port": front.port}
            settings = Settings.model_validate(
                {
                    "region": [{**shape, **region}],
                    "coder": {"url": f"http://{api.host}", "token": {"env": "TOKEN"}},
                    "kubernetes": kubernetes or {},
                    "network": {"ca_file": str(tmp_path / "ca.pem"), "nameserver": names.address},
                }
            )
            network = Network(settings)
            workspaces = CoderWorkspaces(settings, network)
            parts = SmokeParts(settings, network, workspaces)
            try:
                yield parts, front
            finally:
                await parts.close()
                await workspaces.close()

    return open_parts


async def test_the_app_is_asked_under_its_own_name_without_the_token(opened: Opened) -> None:
    async with opened(lambda _: Says(303, b"", SIGN_IN)) as (parts, front):
        await parts.app(TARGET, workspace(APP), 0.01)
    (asked,) = front.asked
    assert (asked.method, asked.path, asked.sni) == ("GET", "/", HOST)
    assert asked.headers["host"] == f"{HOST}:{front.port}"
    assert "coder-session-token" not in asked.headers


@pytest.mark.parametrize(
    ("says", "said"),
    [
        (Says(404, b"<h1>404 Not Found</h1>"), f"{HOST} answers 404"),
        (Says(404, page("404 - Application Not Found")), f'{HOST} answers 404, "Application Not Found"'),
        (Says(502, page("502 - Application Unavailable")), f'{HOST} answers 502, "Application Unavailable"'),
        (Says(400, page("400 - Workspace Offline")), f'{HOST} answers 400, "Workspace Offline"'),
        (Says(200, b"welcome to nginx"), f"{HOST} answers 200, but does not ask to sign in to Coder"),
        (Says(307, b"", {"Location": "https://ai.example.test/"}), f"{HOST} redirects to ai.example.test, but"),
    ],
)
async def test_what_is_not_the_app_is_told_after_three_tries(opened: Opened, says: Says, said: str) -> None:
    async with opened(lambda _: says) as (parts, front):
        with pytest.raises(SourceError) as caught:
            await parts.app(TARGET, workspace(APP), 0.01)
    assert caught.value.message.startswith(said)
    assert len(front.asked) == 3


async def test_a_certificate_for_another_name_fails_it(opened: Opened) -> None:
    async with opened(lambda _: Says(303, b"", SIGN_IN), certificate="london.example.test") as (parts, front):
        with pytest.raises(SourceError) as caught:
            await parts.app(TARGET, workspace(APP), 0.01)
    assert caught.value.message == f"{HOST}: its certificate is for another name"
    assert front.asked == []


async def test_a_proxy_that_needs_a_moment_is_asked_again(opened: Opened) -> None:
    answers = iter([Says(502, page("Application Unavailable")), Says(303, b"", SIGN_IN)])
    async with opened(lambda _: next(answers)) as (parts, _):
        await parts.app(TARGET, workspace(APP), 0.01)


async def test_an_app_that_still_starts_is_waited_for(opened: Opened) -> None:
    healths = iter(["initializing", "initializing", "healthy"])

    def coder(_: Asked) -> Says:
        now = workspace({**APP, "health": next(healths)})
        return Says(200, msgspec.json.encode(now))

    async with opened(lambda _: Says(303, b"", SIGN_IN), coder) as (parts, front):
        await parts.app(TARGET, workspace({**APP, "health": "initializing"}), 0.01)
        assert len(front.asked) == 1
        assert next(healths, None) is None


async def test_an_app_that_coder_calls_unhealthy_fails_without_asking_it(opened: Opened) -> None:
    async with opened(lambda _: Says(303, b"", SIGN_IN)) as (parts, front):
        with pytest.raises(SourceError, match="calls the app code-server unhealthy"):
            await parts.app(TARGET, workspace({**APP, "health": "unhealthy"}), 0.01)
    assert front.asked == []


@pytest.mark.parametrize(
    ("region", "apps", "reason"),
    [
        ({"wildcard": None}, [APP], "london has no wildcard in the settings"),
        ({}, [], "its template has no app with a subdomain"),
        ({}, [{**APP, "subdomain": False, "subdomain_name": None}], "its template has no app with a subdomain"),
        ({"name": "oregon"}, [APP], "the settings name no region london"),
    ],
)
async def test_what_is_not_configured_is_no_failure(
    opened: Opened, region: dict[str, Any], apps: list[dict[str, Any]], reason: str
) -> None:
    async with opened(lambda _: Says(303, b"", SIGN_IN), **region) as (parts, _):
        with pytest.raises(NotConfigured) as caught:
            await parts.app(TARGET, workspace(*apps), 0.01)
    assert str(caught.value) == reason


async def test_the_named_app_is_asked_and_a_missing_one_is_told(opened: Opened) -> None:
    other = {**APP, "slug": "desktop", "subdomain_name": "desktop--wt-smoke-1--ana"}
    async with opened(lambda _: Says(303, b"", SIGN_IN)) as (parts, front):
        await parts.app(SmokeTarget(region="london", template="goose", app="desktop"), workspace(APP, other), 0.01)
        assert (front.asked[0].sni or "").startswith("desktop--")
        with pytest.raises(SourceError, match="has no app goose with a subdomain"):
            await parts.app(SmokeTarget(region="london", template="goose", app="goose"), workspace(APP), 0.01)


async def test_a_name_that_dns_cannot_hold_is_told(opened: Opened) -> None:
    label = "a-very-long-application--wt-smoke-12345678--somebody-with-a-long-name"
    async with opened(lambda _: Says(303, b"", SIGN_IN)) as (parts, _):
        with pytest.raises(SourceError, match="has 69 letters, a name in DNS at most 63"):
            await parts.app(TARGET, workspace({**APP, "subdomain_name": label}), 0.01)


@pytest.mark.parametrize(
    ("role", "status", "headers", "text", "works"),
    [
        (GUARDED, 303, SIGN_IN, "", True),
        (GUARDED, 307, SIGN_IN, "", True),
        (PUBLIC, 303, SIGN_IN, "", True),
        (PUBLIC, 200, {}, "<title>code-server</title>", True),
        (PUBLIC, 302, {"Location": "./?folder=/home/coder"}, "", True),
        (PUBLIC, 401, {}, "", True),
        (PUBLIC, 404, {}, "", False),
        (PUBLIC, 503, {}, "", False),
        (PUBLIC, 400, {}, "<title>400 - Invalid Application URL</title>", False),
        (GUARDED, 302, {"Location": "/login"}, "", False),
        (GUARDED, 401, {}, "", False),
    ],
)
def test_only_the_app_or_the_sign_in_for_it_counts(
    role: RouteRole, status: int, headers: dict[str, str], text: str, works: bool
) -> None:
    stage, _ = judged_app(role, status, httpx.Headers(headers), text)
    assert (stage is RouteStage.CODER) is works


@pytest.mark.parametrize(
    ("gateway", "command"),
    [
        (
            {"kind": "litellm", "url": "https://gateway.example.test/"},
            "curl -fsS -m 10 -o /dev/null https://gateway.example.test/health/liveliness",
        ),
        ({"kind": "ai-bridge"}, "curl -fsS -m 10 -o /dev/null https://ai.example.test/healthz"),
        ({}, "curl -fsS -m 10 -o /dev/null https://ai.example.test/healthz"),
    ],
)
def test_the_default_command_asks_the_gateway_or_coder_and_holds_no_secret(
    gateway: dict[str, str], command: str
) -> None:
    coder = {"url": "https://ai.example.test", "token": {"env": "TOKEN"}}
    assert default_command(Settings.model_validate({"coder": coder, "gateway": gateway})) == command


async def test_without_a_kube_context_nothing_is_known_of_the_pods(opened: Opened) -> None:
    async with opened(lambda _: None) as (parts, _):
        with pytest.raises(NotConfigured, match="whether its pods are gone is not known"):
            await parts.pods(TARGET, "w-1", "wt-smoke-1")


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"name": "workspace-ana-wt-smoke-1-5d4f"}, True),
        ({"name": "dev-5d4f", "labels": {"com.coder.workspace.id": "w-1"}}, True),
        ({"name": "dev-5d4f", "labels": {"app.kubernetes.io/instance": "coder-workspace-w-1"}}, True),
        ({"name": "dev-5d4f", "labels": {"com.coder.workspace.id": "w-2"}}, False),
        ({"name": "workspace-ana-work"}, False),
    ],
)
async def test_a_pod_is_its_own_by_name_or_by_any_label(
    opened: Opened, tmp_path: Path, metadata: dict[str, Any], found: bool
) -> None:
    async with loopback(lambda _: page_of_pods({"metadata": metadata})) as server:
        region = {"context": CONTEXT, "namespaces": {"workspaces": ["coder-ws", "coder-ws"]}}
        kubernetes = {"kubeconfig": write_kubeconfig(tmp_path, f"http://{server.host}")}
        async with opened(lambda _: None, kubernetes=kubernetes, **region) as (parts, _):
            pods = await parts.pods(TARGET, "w-1", "wt-smoke-1")
    assert pods == ((f"coder-ws/{metadata['name']}",) if found else ())
    assert [asked.path for asked in server.asked] == ["/api/v1/namespaces/coder-ws/pods"]
