"""What a token sees of Coder by its roles and by the licence, as the facts read in Coder's source say."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.rehearsal.test_coder_wire import coder_post
from tests.unit.rehearsal.test_faults import fault

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.rights import parse_rights
from workshop_rehearsal.serve import Edition
from workshop_rehearsal.servers.coder_limits import REQUESTS, SIGN_INS, RateLimit

ALL, OWN = 15, 1
STATS, HEALTH, JOBS = "/deployment/stats", "/debug/health", "/organizations/coder/provisionerjobs"


@pytest.mark.parametrize(
    ("rights", "workspaces", "accounts", "audited", "daemons", "jobs", "stats", "health"),
    [
        ("owner", ALL, 16, True, 200, 200, 200, 200),
        ("template-admin", ALL, 16, False, 404, 404, 403, 404),
        ("auditor", OWN, 16, True, 404, 404, 200, 404),
        ("user-admin", OWN, 16, False, 404, 404, 403, 404),
        ("member", OWN, 1, False, 404, 404, 403, 404),
        ("template-admin+auditor", ALL, 16, True, 404, 404, 200, 404),
        ("organization-admin", ALL, 16, False, 200, 200, 403, 404),
        ("auditor+organization-template-admin", ALL, 16, True, 200, 200, 200, 404),
    ],
)
async def test_lists_show_what_the_roles_may_read_and_do_not_say_so(
    rehearse, rights, workspaces, accounts, audited, daemons, jobs, stats, health
) -> None:
    async with rehearse("calm", at="T+20m", rights=rights) as wire:
        listed = (await wire.coder("/workspaces")).json
        assert (listed["count"], len(listed["workspaces"])) == (workspaces, workspaces)
        assert (await wire.coder("/users")).json["count"] == accounts
        log = await wire.coder("/audit")
        assert (log.status, log.json["count"] > 0) == (200, audited)
        assert (await wire.coder("/organizations/coder/provisionerdaemons")).status == daemons
        assert (await wire.coder(JOBS)).status == jobs
        assert (await wire.coder(STATS)).status == stats
        assert (await wire.coder(HEALTH)).status == health
        assert (await wire.coder("/workspaceproxies")).status == 200
        roles = [role["name"] for role in (await wire.coder("/users/me")).json["roles"]]
        assert roles == [
            one for one in rights.split("+") if one in ("owner", "template-admin", "auditor", "user-admin")
        ]


@pytest.mark.parametrize(
    ("rights", "allowed"),
    [
        ("owner", {"all", "jobs", "audit", "people", "proxies", "bridge", "health", "mine"}),
        ("template-admin", {"all", "people", "proxies", "mine"}),
        ("auditor", {"audit", "people", "proxies", "bridge", "mine"}),
        ("user-admin", {"people", "proxies", "mine"}),
        ("member", {"proxies", "mine"}),
        ("organization-template-admin", {"all", "jobs", "people", "proxies", "mine"}),
    ],
)
async def test_authcheck_tells_what_lists_do_not(rehearse, rights: str, allowed: set[str]) -> None:
    async with rehearse("calm", rights=rights) as wire:
        organization = (await wire.coder("/organizations")).json[0]["id"]
        me = (await wire.coder("/users/me")).json["id"]

        def read(resource: str, **more: str) -> dict:
            return {"object": {"resource_type": resource, **more}, "action": "read"}

        checks = {
            "all": read("workspace", organization_id=organization),
            "jobs": read("provisioner_jobs", organization_id=organization),
            "audit": read("audit_log"),
            "people": read("organization_member", organization_id=organization),
            "proxies": read("workspace_proxy"),
            "bridge": read("aibridge_interception"),
            "health": read("debug_info"),
            "mine": read("workspace", organization_id=organization, owner_id=me),
            "unknown type": read("castle"),
            "unknown action": {"object": {"resource_type": "workspace"}, "action": "paint"},
        }
        answer = (await coder_post(wire, "/authcheck", {"checks": checks})).json
        assert {name for name, may in answer.items() if may} == allowed
        assert set(answer) == set(checks)


@pytest.mark.parametrize("rights", ["", "king", "owner+", "Owner"])
def test_roles_that_coder_does_not_have_are_refused(rights: str) -> None:
    with pytest.raises(RehearsalError, match="--rights"):
        parse_rights(rights)


async def test_anothers_workspace_is_not_there_without_the_right(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        hidden = (await wire.coder("/workspaces", q="owner:ana")).json["workspaces"][0]
        paths = [
            f"/workspaces/{hidden['id']}",
            f"/workspaces/{hidden['id']}/builds",
            f"/workspacebuilds/{hidden['latest_build']['id']}/timings",
            "/users/ana/workspace/workshop",
        ]
        assert {(await wire.coder(path)).status for path in paths} == {200}
    async with rehearse("calm", at="T+20m", rights="auditor") as wire:
        assert {(await wire.coder(path)).status for path in paths} == {404}
        template = (await wire.coder("/templates")).json[0]["id"]
        asked = await coder_post(wire, "/users/ana/workspaces", {"template_id": template, "name": "theirs"})
        assert asked.status == 403


@pytest.mark.parametrize(
    ("edition", "entitlements", "audited", "proxies", "regions"),
    [
        (Edition.LICENSED, "entitled", True, 200, 3),
        (Edition.UNLICENSED, "not_entitled", False, 403, 3),
        (Edition.AGPL, None, False, 404, 1),
    ],
)
async def test_the_licence_decides_what_is_kept_and_served(
    rehearse, edition, entitlements, audited, proxies, regions
) -> None:
    async with rehearse("calm", at="T+20m", edition=edition) as wire:
        told = await wire.coder("/entitlements")
        if entitlements is None:
            assert told.status == 404
        else:
            feature = told.json["features"]["audit_log"]
            assert feature == {"entitlement": entitlements, "enabled": audited}
            assert told.json["has_license"] is audited
        log = await wire.coder("/audit")
        assert (log.status, log.json["count"] > 0) == (200, audited)
        assert (await wire.coder("/workspaceproxies")).status == proxies
        assert len((await wire.coder("/regions")).json["regions"]) == regions


async def test_running_workspaces_come_first_and_so_move_between_two_pages(rehearse) -> None:
    async with rehearse("september-2024", at="T+2m") as wire:
        listed = (await wire.coder("/workspaces")).json["workspaces"]
        keys = [(one["latest_build"]["status"] != "running", one["owner_name"], one["name"]) for one in listed]
        assert keys == sorted(keys)
        assert {key[0] for key in keys} == {True, False}
        late = next(one for one in reversed(listed) if one["latest_build"]["status"] == "starting")
        await wire.platform.jump("T+4m")
        later = [one["id"] for one in (await wire.coder("/workspaces")).json["workspaces"]]
        assert later.index(late["id"]) < listed.index(late)


async def test_rows_that_coder_cannot_assemble_make_pages_short_and_stay_in_the_count(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        await fault(wire, source="coder", kind="lost-rows", region="", for_s=30)
        page = (await wire.coder("/workspaces", limit="5")).json
        assert (page["count"], len(page["workspaces"])) == (15, 4)


async def test_requests_have_a_limit_for_each_user_and_path(rehearse) -> None:
    async with rehearse("calm") as wire:
        answers = [await wire.coder("/organizations") for _ in range(REQUESTS + 1)]
        assert {answer.status for answer in answers[:-1]} == {200}
        assert answers[-1].status == 429
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
        assert "rate limited" in answers[-1].json["message"]
        assert (await wire.coder("/users/me")).status == 200


async def test_a_room_behind_one_address_gets_sixty_requests_a_minute_to_sign_in(rehearse) -> None:
    async with rehearse("calm") as wire:
        url = f"{wire.settings['coder']['url']}/api/v2/users/oidc/callback"
        statuses = [(await wire.get(url)).status for _ in range(SIGN_INS + 1)]
        assert set(statuses[:-1]) == {307}
        assert statuses[-1] == 429
        assert (await wire.get(url.replace("oidc", "oauth2/github"))).status == 307


async def test_a_limit_counts_each_key_alone() -> None:
    limit = RateLimit(1)
    await asyncio.sleep(0)
    assert limit.refuse("ana", "/a") is None
    assert limit.refuse("ana", "/b") is None
    assert limit.refuse("bo", "/a") is None
    assert limit.refuse("ana", "/a") is not None
