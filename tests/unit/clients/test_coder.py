from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient, WorkspaceWire
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

REHEARSAL = {
    "scenario": "calm",
    "started_at": "2026-12-01T12:00:00Z",
    "shown_at": "2026-12-01T12:00:00Z",
    "workshop_starts_at": "2026-12-03T12:00:00Z",
}


def said(value: object, status: int = 200) -> Says:
    return Says(status, json.dumps(value).encode())


def listing(total: int, count: int | None = None) -> Answer:
    """Pages of `total` workspaces as Coder cuts them; it says that there are `count`."""

    def answer(asked: Asked) -> Says:
        first, limit = int(asked.query["offset"]), int(asked.query["limit"])
        page = [{"id": f"w-{n}", "name": f"ws-{n}"} for n in range(first, min(first + limit, total))]
        return said({"workspaces": page, "count": total if count is None else count})

    return answer


async def workspaces(answer: Answer, directory: Path) -> tuple[list[WorkspaceWire], list[Asked]]:
    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with opened(CoderClient, settings) as client:
            return await client.workspaces(), server.asked


@pytest.mark.parametrize(
    ("total", "asked"), [(0, [0]), (1, [0]), (99, [0]), (100, [0]), (101, [0, 100]), (250, [0, 100, 200])]
)
async def test_all_workspaces_are_read_a_hundred_at_a_time(total: int, asked: list[int], tmp_path: Path) -> None:
    found, requests = await workspaces(listing(total), tmp_path)
    assert [workspace.id for workspace in found] == [f"w-{n}" for n in range(total)]
    assert [int(request.query["offset"]) for request in requests] == asked
    assert {request.query["limit"] for request in requests} == {"100"}
    assert {(request.path, request.headers["coder-session-token"]) for request in requests} == {
        ("/api/v2/workspaces", SECRET)
    }


async def test_a_server_that_does_not_count_is_read_to_its_last_page(tmp_path: Path) -> None:
    found, requests = await workspaces(listing(200, count=0), tmp_path)
    assert (len(found), len(requests)) == (200, 3)


async def test_a_workspace_that_slips_to_the_next_page_is_counted_once(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        first = int(asked.query["offset"])
        names = range(100) if first == 0 else range(99, 120)
        return said({"workspaces": [{"id": f"w-{n}", "name": f"ws-{n}"} for n in names], "count": 120})

    found, _ = await workspaces(answer, tmp_path)
    assert sorted(workspace.id for workspace in found) == sorted(f"w-{n}" for n in range(120))


async def test_a_server_that_pages_for_ever_is_refused(tmp_path: Path) -> None:
    page = json.dumps({"workspaces": [{"id": f"w-{n}", "name": "x"} for n in range(100)], "count": 0}).encode()
    with pytest.raises(SourceError, match="more than 20000 workspaces") as caught:
        await workspaces(lambda _: Says(200, page), tmp_path)
    assert caught.value.kind is ErrorKind.MALFORMED


async def test_what_coder_leaves_out_or_adds_breaks_nothing(tmp_path: Path) -> None:
    wire = {
        "id": "w-1",
        "name": "ws",
        "of_tomorrow": {"a": [1]},
        "health": {"healthy": None},
        "latest_build": {"status": "running", "deadline": None, "resources": [{"agents": None}, {}], "new": 1},
    }
    (found,), _ = await workspaces(lambda _: said({"workspaces": [wire], "count": 1, "more": []}), tmp_path)
    assert (found.latest_build.status, found.latest_build.deadline, found.health.healthy) == ("running", None, None)
    assert [resource.agents for resource in found.latest_build.resources or ()] == [None, None]


async def test_the_version_is_the_servers(tmp_path: Path) -> None:
    async with (
        loopback(lambda _: said({"version": "v2.35.1+abc"})) as server,
        opened(CoderClient, settings_for(f"http://{server.host}", tmp_path)) as client,
    ):
        assert await client.version() == "v2.35.1+abc"
    assert [request.path for request in server.asked] == ["/api/v2/buildinfo"]


async def test_an_address_with_a_path_is_kept(tmp_path: Path) -> None:
    async with (
        loopback(lambda _: said({"version": "v2"})) as server,
        opened(CoderClient, settings_for(f"http://{server.host}/coder/", tmp_path)) as client,
    ):
        await client.version()
    assert [request.path for request in server.asked] == ["/coder/api/v2/buildinfo"]


async def test_a_new_sign_in_is_read_when_the_old_one_is_refused(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        valid = asked.headers["coder-session-token"] == "token-signed-in-anew"
        return said({"version": "v2"}) if valid else said({"message": "sign in"}, 401)

    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", tmp_path)
        async with opened(CoderClient, settings) as client:
            with pytest.raises(SourceError, match="renew the token"):
                await client.version()
            (tmp_path / "secret").write_text("token-signed-in-anew", encoding="utf-8")
            assert await client.version() == "v2"
            assert await client.version() == "v2"
    tokens = [request.headers["coder-session-token"] for request in server.asked]
    assert tokens == [SECRET, SECRET, "token-signed-in-anew", "token-signed-in-anew"]


async def test_somebody_who_never_signed_in_is_told_how_and_nothing_is_sent() -> None:
    async with loopback(lambda _: said({"version": "v2"})) as server:
        settings = Settings.model_validate({"coder": {"url": f"http://{server.host}"}})
        async with opened(CoderClient, settings) as client:
            with pytest.raises(SourceError, match="run `coder login`") as caught:
                await client.version()
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    assert server.asked == []


async def test_in_a_rehearsal_nothing_outside_this_machine_is_asked(tmp_path: Path) -> None:
    settings = settings_for("http://192.0.2.1", tmp_path, rehearsal=REHEARSAL)
    async with opened(CoderClient, settings) as client:
        with pytest.raises(SourceError, match="a rehearsal reaches nothing outside this machine") as caught:
            await client.version()
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


@pytest.mark.parametrize(
    "url", ["coder.example.test", "ftp://coder.example.test", "http://[", "https://a b", "https://a:port", "//x"]
)
async def test_a_spoiled_address_in_the_environment_is_told_and_ends_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_URL", url)
    monkeypatch.setenv("CODER_SESSION_TOKEN", SECRET)
    async with opened(CoderClient, Settings(), Network(Settings())) as client:
        with pytest.raises(SourceError, match="CODER_URL") as caught:
            await client.version()
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_a_token_is_not_carried_to_where_a_redirect_points(tmp_path: Path) -> None:
    async with loopback(lambda _: said({"version": "v2"})) as other:
        elsewhere = {"Location": f"http://{other.host}/api/v2/buildinfo"}
        async with (
            loopback(lambda _: Says(307, headers=elsewhere)) as server,
            opened(CoderClient, settings_for(f"http://{server.host}", tmp_path)) as client,
        ):
            with pytest.raises(SourceError, match="redirects elsewhere"):
                await client.version()
    assert other.asked == []
