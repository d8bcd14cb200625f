"""Coder's AI bridge is ready when its daemon says so, whatever the lists of the database say."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.coder_rights import said
from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_bridge import CoderBridge
from workshop_tui.collectors.gateway_health import BridgeHealthSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.gateway import GatewayHealth

NO_ROUTE = said({"message": "Route not found."}, 404)
RUNS = Says(404, b"route not supported: GET /workshop-tui-readiness\n", {"Content-Type": "text/plain"})


async def health(answer: Answer, directory: Path) -> tuple[GatewayHealth, list[Asked]]:
    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with opened(CoderBridge, settings) as bridge, opened(CoderClient, settings) as coder:
            return await BridgeHealthSource(bridge, coder, 10).collect(), server.asked


def with_bridge(says: Says, root: str = "/api/v2/ai-gateway/") -> Answer:
    """Its list of models is there, whatever its daemon does."""
    return lambda asked: (
        said(["claude"]) if asked.path.endswith("/models") else says if asked.path.startswith(root) else NO_ROUTE
    )


@pytest.mark.parametrize(
    ("says", "trouble"),
    [
        (RUNS, ""),
        (said({"message": "aibridged handler not mounted"}, 404), "the AI bridge is turned off on the server"),
        (said({"message": "AI Gateway is a Premium feature. Contact sales!"}, 403), "the licence has no AI bridge"),
        (said({"message": "AI Bridge is a Premium feature. Contact sales!"}, 403), "the licence has no AI bridge"),
        (Says(503, b"could not connect to coderd\n"), "its daemon is not connected to Coder"),
        (Says(500, b"failed to acquire request handler\n"), "its daemon cannot serve requests"),
        (Says(500, b"internal server error checking user AI budget\n"), "its daemon cannot check budgets"),
    ],
)
@pytest.mark.parametrize("root", ["/api/v2/ai-gateway/", "/api/v2/aibridge/"])
async def test_only_its_daemon_makes_it_ready(says: Says, trouble: str, root: str, tmp_path: Path) -> None:
    found, _ = await health(with_bridge(says, root), tmp_path)
    assert found.ready is (not trouble)
    assert found.trouble.startswith(trouble)
    assert bool(found.trouble) is bool(trouble)


async def test_the_daemon_gets_the_token_where_clients_of_models_put_it(tmp_path: Path) -> None:
    _, (asked,) = await health(with_bridge(RUNS), tmp_path)
    assert asked.headers["authorization"] == f"Bearer {SECRET}"


async def test_a_spent_budget_of_our_own_is_a_warning(tmp_path: Path) -> None:
    words = b"AI budget of US$5.00 exceeded. Please contact an administrator for more details.\n"
    found, _ = await health(with_bridge(Says(403, words)), tmp_path)
    assert (found.usable, found.warning) == (True, "the token's user has spent the AI budget of US$5.00")


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (Says(403, b"unauthorized\n"), ErrorKind.UNAUTHORIZED, "runs, but refuses our Coder token"),
        (Says(403, b"<html>Blocked</html>"), ErrorKind.FORBIDDEN, "forbids it"),
        (Says(404, b"<html>default backend</html>"), ErrorKind.NOT_FOUND, "does not exist"),
        (Says(503, b"no healthy upstream"), ErrorKind.UNREACHABLE, "answers with 503"),
        (Says(200, b"<html>Coder</html>"), ErrorKind.MALFORMED, "answers with a web page"),
        (Says(429), ErrorKind.RATE_LIMITED, "limits the rate"),
    ],
)
async def test_any_other_answer_is_neither_ready_nor_not(
    says: Says, kind: ErrorKind, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        await health(with_bridge(says), tmp_path)
    assert caught.value.kind is kind


def without_bridge(version: str) -> Answer:
    return lambda asked: said({"version": version}) if asked.path.endswith("/buildinfo") else NO_ROUTE


async def test_a_server_that_is_too_old_to_be_asked_is_told_the_version(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Coder v2\.31\.4 does not tell of its AI bridge: it needs 2\.32"):
        await health(without_bridge("v2.31.4"), tmp_path)


async def test_a_build_without_one_is_not_ready(tmp_path: Path) -> None:
    found, _ = await health(without_bridge("v2.36.0+abc"), tmp_path)
    assert (found.ready, "without Coder's enterprise code" in found.trouble) == (False, True)
