"""Logs, timed out scripts, moved deadlines, banners, and the way in by a device code."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.unit.rehearsal.test_faults import fault

from workshop_rehearsal.serve import Edition

GITHUB = "/users/oauth2/github"


async def put(wire, path: str, body):
    headers = {"Coder-Session-Token": wire.secret("coder", "token")}
    return await wire.ask("PUT", f"{wire.settings['coder']['url']}/api/v2{path}", json=body, headers=headers)


async def running(wire) -> list:
    return (await wire.coder("/workspaces", q="status:running")).json["workspaces"]


def agent_of(workspace):
    return workspace["latest_build"]["resources"][0]["agents"][0]


async def test_logs_say_why_a_script_failed_and_how_a_build_went(rehearse) -> None:
    async with rehearse("september-2024", at="T+10m") as wire:
        workspaces = await running(wire)
        path = f"/workspacebuilds/{workspaces[0]['latest_build']['id']}/logs"
        lines = (await wire.coder(path)).json
        assert [line["id"] for line in lines] == list(range(1, len(lines) + 1))
        assert (lines[0]["log_source"], lines[1]["stage"]) == ("provisioner_daemon", "Terraform init")
        assert (await wire.coder(path, after="2")).json == lines[2:]
        assert (await wire.coder(path, after="x")).status == 400
        failed = next(agent_of(one) for one in workspaces if agent_of(one)["lifecycle_state"] == "start_error")
        assert failed["ready_at"] is not None
        told = (await wire.coder(f"/workspaceagents/{failed['id']}/logs")).json
        assert (told[-1]["level"], "exit status 1" in told[-1]["output"]) == ("error", True)
        assert (await wire.coder("/workspaceagents/none/logs")).status == 404


async def test_a_script_that_takes_too_long_is_told_as_such(rehearse) -> None:
    async with rehearse("calm", at="T-2d") as wire:
        await fault(wire, source="coder", kind="script-timeouts", region="", for_s=120)
        await wire.platform.jump("T+20m")
        agents = [agent_of(one) for one in await running(wire)]
        late = [one for one in agents if one["lifecycle_state"] == "start_timeout"]
        assert len(late) > len(agents) / 2
        assert all(one["ready_at"] for one in late)
        build = next(one["latest_build"]["id"] for one in await running(wire) if agent_of(one) == late[0])
        [script] = (await wire.coder(f"/workspacebuilds/{build}/timings")).json["agent_script_timings"]
        assert (script["status"], script["exit_code"] != 0) == ("timed_out", True)


async def test_a_deadline_is_moved_at_least_half_an_hour_ahead(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        workspace = (await running(wire))[0]
        path = f"/workspaces/{workspace['id']}/extend"
        later = datetime.fromisoformat(workspace["latest_build"]["deadline"]) + timedelta(hours=3)
        assert (await put(wire, path, {"deadline": later.isoformat()})).status == 200
        now = (await wire.coder(f"/workspaces/{workspace['id']}")).json["latest_build"]["deadline"]
        assert datetime.fromisoformat(now) == later
        assert (await put(wire, path, {"deadline": wire.platform.world.now.isoformat()})).status == 400
        assert (await put(wire, path, {"deadline": "soon"})).status == 400
    async with rehearse("calm", at="T+20m", rights="template-admin") as wire:
        others = next(one for one in await running(wire) if one["owner_name"] != "jullian")
        assert (await put(wire, f"/workspaces/{others['id']}/extend", {"deadline": later.isoformat()})).status == 404


@pytest.mark.parametrize(
    ("edition", "rights", "shown", "changed"),
    [
        (Edition.LICENSED, "owner", 200, 200),
        (Edition.LICENSED, "auditor", 200, 403),
        (Edition.UNLICENSED, "owner", 200, 403),
        (Edition.AGPL, "owner", 404, 404),
    ],
)
async def test_banners_need_the_licence_and_an_owner(rehearse, edition, rights: str, shown: int, changed: int) -> None:
    banner = {"enabled": True, "message": "Workshop until 11:00", "background_color": "#004852"}
    async with rehearse("calm", edition=edition, rights=rights) as wire:
        assert (await put(wire, "/appearance", {"announcement_banners": [banner]})).status == changed
        answer = await wire.coder("/appearance")
        assert answer.status == shown
        if shown == 200:
            assert answer.json["announcement_banners"] == ([banner] if changed == 200 else [])
        wrong = await put(wire, "/appearance", {"announcement_banners": [{**banner, "background_color": "red"}]})
        assert wrong.status == (400 if changed == 200 else changed)


async def test_the_default_github_provider_signs_in_by_device_on_coders_own_host(rehearse) -> None:
    async with rehearse("calm") as wire:
        assert (await wire.coder(f"{GITHUB}/device")).status == 400
        await fault(wire, source="coder", kind="device-sign-in", region="", for_s=60)
        assert (await wire.coder("/users/authmethods")).json["github"]["default_provider_configured"] is True
        way = await wire.coder(f"{GITHUB}/callback")
        assert (way.status, way.headers["Location"].startswith("/login/device?state=")) == (307, True)
        assert (await wire.get(wire.settings["coder"]["url"] + way.headers["Location"])).status == 200
        assert (await wire.coder(f"{GITHUB}/device")).json["user_code"]
        assert (await wire.coder("/users/oidc/callback")).headers["Location"].startswith("https://okta.")
