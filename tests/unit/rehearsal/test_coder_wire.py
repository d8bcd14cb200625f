from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_rehearsal.servers.coder_query import BadQueryError, page_bounds, parse_query


async def coder_post(wire, path: str, body):
    headers = {"Coder-Session-Token": wire.secret("coder", "token")}
    return await wire.ask("POST", f"{wire.settings['coder']['url']}/api/v2{path}", headers=headers, json=body)


@pytest.mark.parametrize("headers", [{}, {"Coder-Session-Token": "wrong"}, {"Authorization": "Bearer wrong"}])
async def test_without_the_session_token_the_api_is_refused(rehearse, headers) -> None:
    async with rehearse("calm") as wire:
        base = wire.settings["coder"]["url"]
        for path in ("/workspaces", "/users/me", "/debug/health", "/nowhere"):
            answer = await wire.get(f"{base}/api/v2{path}", headers=headers)
            assert answer.status == 401
            assert "sign in again" in answer.json["message"]
        for path in ("/healthz", "/api/v2/buildinfo", "/api/v2/users/authmethods"):
            assert (await wire.get(f"{base}{path}", headers=headers)).status == 200


async def test_every_answer_tells_the_version_that_answers(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        versions = {}
        for region in ("ohio", "oregon", "london"):
            answer = await wire.get(wire.host(region, wire.region(region)["domain"], "/api/v2/buildinfo"))
            assert answer.headers["X-Coder-Build-Version"] == answer.json["version"]
            assert answer.json["workspace_proxy"] is (region != "ohio")
            versions[region] = answer.json["version"]
        assert versions["ohio"] != versions["oregon"] == versions["london"]


async def test_pages_of_workspaces_make_up_the_list(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        whole = (await wire.coder("/workspaces")).json
        assert whole["count"] == len(whole["workspaces"]) == 15
        paged = []
        for offset in range(0, 15, 4):
            page = (await wire.coder("/workspaces", limit="4", offset=str(offset))).json
            assert page["count"] == 15
            paged += page["workspaces"]
        assert [one["id"] for one in paged] == [one["id"] for one in whole["workspaces"]]


@pytest.mark.parametrize(
    ("q", "count"),
    [
        ("status:running", 15),
        ("organization:demo", 1),
        ("owner:ana", 1),
        ("ana/workshop", 1),
        ("workshop", 12),
        ("WORKSHOP status:stopped", 0),
        ('template:"build-from-scratch-claude" status:running', None),
        ("healthy:true", 15),
        ("has-agent:disconnected,timeout", 0),
    ],
)
async def test_the_search_text_filters_workspaces(rehearse, q: str, count: int | None) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        found = (await wire.coder("/workspaces", q=q)).json
        if count is None:
            count = sum(
                one["template_name"] == "build-from-scratch-claude"
                for one in (await wire.coder("/workspaces")).json["workspaces"]
            )
            assert count > 0
        assert found["count"] == count


@pytest.mark.parametrize(
    ("params", "field"), [({"q": "colour:red"}, "colour"), ({"page": "1"}, "page"), ({"limit": "few"}, "limit")]
)
async def test_unknown_parameters_are_refused_by_name(rehearse, params, field) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.coder("/workspaces", **params)
        assert answer.status == 400
        assert [one["field"] for one in answer.json["validations"]] == [field]


async def test_a_ready_workspace_tells_each_step_in_order(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        for one in (await wire.coder("/workspaces", q="name:workshop")).json["workspaces"]:
            build = one["latest_build"]
            (agent,) = build["resources"][0]["agents"]
            steps = [
                build["created_at"],
                build["job"]["started_at"],
                build["job"]["completed_at"],
                agent["first_connected_at"],
                agent["ready_at"],
            ]
            assert steps == sorted(steps)
            assert (agent["status"], agent["lifecycle_state"], build["status"]) == ("connected", "ready", "running")


async def test_waiting_builds_have_places_in_the_queue(rehearse) -> None:
    async with rehearse("september-2024", at="T+12m15s") as wire:
        pending = (await wire.coder("/organizations/coder/provisionerjobs", status="pending", limit="200")).json
        assert len(pending) >= 4
        assert sorted(job["queue_position"] for job in pending) == list(range(1, len(pending) + 1))
        assert {job["queue_size"] for job in pending} == {len(pending)}
        waiting = (await wire.coder("/workspaces", q="status:pending")).json["workspaces"]
        assert sorted(one["latest_build"]["job"]["queue_position"] for one in waiting) == list(
            range(1, len(pending) + 1)
        )
        daemons = (await wire.coder("/organizations/coder/provisionerdaemons")).json
        assert [daemon["status"] for daemon in daemons] == ["busy"] * 6


async def test_each_organization_has_its_provisioners(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        counts = {}
        for organization in (await wire.coder("/organizations")).json:
            daemons = (await wire.coder(f"/organizations/{organization['id']}/provisionerdaemons")).json
            counts[organization["name"]] = len(daemons)
        assert counts == {"coder": 6, "experiment": 2, "demo": 2}
        assert (await wire.coder("/organizations/other/provisionerdaemons")).status == 404


async def test_people_sign_in_two_ways_and_are_seen_when_they_do(rehearse) -> None:
    async with rehearse("calm", at="T-24h") as wire:
        methods = (await wire.coder("/users/authmethods")).json
        assert methods["oidc"]["enabled"]
        assert methods["github"]["enabled"]
        before = {user["username"]: user for user in (await wire.coder("/users")).json["users"]}
        assert len(before) == 16
        assert any(user["last_seen_at"].startswith("0001-01-01") for user in before.values())
        await wire.platform.jump("T+20m")
        after = {user["username"]: user for user in (await wire.coder("/users")).json["users"]}
        assert all(user["status"] == "active" for user in after.values())
        assert after["ana"]["last_seen_at"] > before["ana"]["last_seen_at"]
        assert (await wire.coder("/users", q="ana")).json["count"] >= 1
        assert (await wire.coder("/users/me")).json["roles"][0]["name"] == "owner"


async def test_each_way_to_sign_in_leads_to_its_provider_without_a_token(rehearse) -> None:
    async with rehearse("calm") as wire:
        base = wire.settings["coder"]["url"]
        hosts = set()
        for path in ("/api/v2/users/oidc/callback", "/api/v2/users/oauth2/github/callback"):
            answer = await wire.get(f"{base}{path}")
            assert answer.status == 307
            assert "state=" in answer.headers["Location"]
            assert "oauth_state" in answer.headers["Set-Cookie"]
            hosts.add(answer.headers["Location"].split("/")[2])
            assert (await wire.get(f"{base}{path}?code=x")).status == 401
        assert hosts == {"okta.rehearsal.test", "github.rehearsal.test"}


async def test_the_test_account_is_external_and_of_the_workshops_organisation(rehearse) -> None:
    async with rehearse("calm") as wire:
        name = wire.settings["sign_in"]["test_account"]
        account = (await wire.coder(f"/users/{name}")).json
        default = next(one for one in (await wire.coder("/organizations")).json if one["is_default"])
        assert (account["login_type"], account["organization_ids"]) == ("github", [default["id"]])
        quota = await wire.coder(f"/organizations/{default['id']}/members/{name}/workspace-quota")
        assert quota.json == {"credits_consumed": 0, "budget": -1}
        assert (await wire.coder("/organizations/coder/members/nobody/workspace-quota")).status == 404


async def test_an_owner_may_read_everybody(rehearse) -> None:
    async with rehearse("calm") as wire:
        checks = {"users": {"object": {"resource_type": "user"}, "action": "read"}}
        assert (await coder_post(wire, "/authcheck", {"checks": checks})).json == {"users": True}
        for spoiled in ([], {"checks": 5}, {"checks": {"users": {}}}):
            assert (await coder_post(wire, "/authcheck", spoiled)).status == 400


async def test_proxies_of_another_version_are_only_warned_about(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        proxies = {one["name"]: one for one in (await wire.coder("/workspaceproxies")).json["regions"]}
        assert set(proxies) == {"primary", "oregon", "london"}
        assert proxies["oregon"]["status"]["status"] == "ok"
        assert "version mismatch" in proxies["oregon"]["status"]["report"]["warnings"][0]
        assert proxies["primary"]["status"]["report"]["warnings"] == []
        regions = (await wire.coder("/regions")).json["regions"]
        assert {one["wildcard_hostname"] for one in regions} == {one["wildcard"] for one in wire.settings["region"]}


async def test_the_totals_agree_with_the_list(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        stats = (await wire.coder("/deployment/stats")).json
        assert stats["workspaces"]["running"] == 15
        assert stats["collected_at"] < stats["next_update_at"]
        health = (await wire.coder("/debug/health")).json
        assert (health["severity"], health["healthy"]) == ("ok", True)
        assert len(health["provisioner_daemons"]["items"]) == 14


async def test_a_workspace_can_be_made_used_and_deleted(rehearse) -> None:
    async with rehearse("calm", at="T-24h", speed=0) as wire:
        template = (await wire.coder("/templates")).json[0]
        body = {
            "template_id": template["id"],
            "name": "smoke",
            "rich_parameter_values": [{"name": "region", "value": "london"}],
        }
        created = await coder_post(wire, "/users/me/workspaces", body)
        assert created.status == 201
        assert (await coder_post(wire, "/users/me/workspaces", body)).status == 409
        one = f"/workspaces/{created.json['id']}"
        assert (await coder_post(wire, f"{one}/builds", {"transition": "stop"})).status == 409
        await wire.platform.jump("T-23h")
        running = (await wire.coder(one)).json
        assert running["latest_build"]["resources"][0]["agents"][0]["lifecycle_state"] == "ready"
        selector = f"com.coder.workspace.id={created.json['id']}"
        assert len(await wire.pods("london", labelSelector=selector)) == 1
        assert (await coder_post(wire, f"{one}/builds", {"transition": "delete"})).status == 201
        await wire.platform.jump("T-22h")
        assert (await wire.coder(one)).status == 404
        assert (await wire.coder(one, include_deleted="true")).json["latest_build"]["status"] == "deleted"
        assert await wire.pods("london", labelSelector=selector) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"template_id": "x"}, "template_id"),
        ({"name": "Not a name"}, "name"),
        ({"rich_parameter_values": [{"name": "region", "value": "mars"}]}, "rich_parameter_values"),
    ],
)
async def test_a_wrong_workspace_is_refused_by_its_field(rehearse, change, field: str) -> None:
    async with rehearse("calm") as wire:
        template = (await wire.coder("/templates")).json[0]
        answer = await coder_post(wire, "/users/me/workspaces", {"template_id": template["id"], "name": "ok", **change})
        assert (answer.status, answer.json["validations"][0]["field"]) == (400, field)


@given(st.text(max_size=60))
def test_any_search_text_is_read_or_refused(text: str) -> None:
    try:
        terms = parse_query(text, keys=frozenset({"name", "status"}), bare="name")
    except BadQueryError:
        return
    assert set(terms) <= {"name", "status"}


def test_no_limit_means_everything() -> None:
    assert page_bounds("0", "") == page_bounds("", "") == (0, None)
    assert page_bounds("10", "20") == (20, 30)


async def test_the_audit_log_has_no_row_of_a_refused_sign_in(rehearse) -> None:
    async with rehearse("september-2024", at="T+2m") as wire:
        whole = (await wire.coder("/audit", q="resource_type:api_key", limit="100")).json
        signed_in = [one for one in wire.platform.world.sign_ins if one.status < 400]
        refused = [one for one in wire.platform.world.sign_ins if one.status >= 400]
        assert len(refused) == 4
        assert whole["count"] == len(whole["audit_logs"]) == len(signed_in) == 12 + 3 + 1
        assert {log["status_code"] for log in whole["audit_logs"]} == {307}
        times = [log["time"] for log in whole["audit_logs"]]
        assert times == sorted(times, reverse=True)
        person = refused[0].person.username
        assert (await wire.coder("/audit", q=f"username:{person}")).json["count"] == 1
        assert (await wire.coder("/audit", q="date_to:2001-01-01")).json["count"] == 0
        assert (await wire.coder("/audit", q="action:create")).json["audit_logs"] == []
        page = (await wire.coder("/audit", limit="2", offset="1")).json["audit_logs"]
        assert page == whole["audit_logs"][1:3]
        for wrong in ("colour:red", "date_from:soon"):
            assert (await wire.coder("/audit", q=wrong)).status == 400


async def test_a_first_sign_in_registers_and_is_no_login(rehearse) -> None:
    async with rehearse("calm", at="T+10m") as wire:
        logins = (await wire.coder("/audit", q="action:login")).json["audit_logs"]
        first = (await wire.coder("/audit", q="action:register")).json["audit_logs"]
        assert len(logins) + len(first) == 16
        assert len(logins) > 0 < len(first)
        assert all(log["status_code"] < 400 for log in logins + first)


async def test_timings_split_a_build_into_its_steps(rehearse) -> None:
    async with rehearse("september-2024", at="T+8m") as wire:
        statuses = []
        for one in (await wire.coder("/workspaces", q="name:workshop")).json["workspaces"]:
            build = one["latest_build"]
            (agent,) = build["resources"][0]["agents"]
            timings = (await wire.coder(f"/workspacebuilds/{build['id']}/timings")).json
            assert timings == (await wire.coder(f"/workspaces/{one['id']}/timings")).json
            stages = timings["provisioner_timings"]
            assert [stage["stage"] for stage in stages] == ["init", "plan", "graph", "apply"]
            assert stages[0]["started_at"] == build["job"]["started_at"]
            assert stages[-1]["ended_at"] == build["job"]["completed_at"]
            (connection,) = timings["agent_connection_timings"]
            assert connection["ended_at"] == agent["first_connected_at"]
            for script in timings["agent_script_timings"]:
                assert script["ended_at"] == agent["ready_at"]
                assert (script["exit_code"] != 0) is (agent["lifecycle_state"] == "start_error")
                statuses.append(script["status"])
        assert sorted(set(statuses)) == ["exit_failure", "ok"]
        assert statuses.count("exit_failure") == 2
        assert (await wire.coder("/workspacebuilds/nothing/timings")).status == 404


async def test_a_build_that_waits_has_no_timings_yet(rehearse) -> None:
    async with rehearse("september-2024", at="live") as wire:
        (waiting, *_) = (await wire.coder("/workspaces", q="status:pending")).json["workspaces"]
        timings = (await wire.coder(f"/workspaces/{waiting['id']}/timings")).json
        assert timings == {"provisioner_timings": [], "agent_connection_timings": [], "agent_script_timings": []}


async def test_the_tokens_own_key_tells_when_it_ends(rehearse) -> None:
    async with rehearse("calm") as wire:
        identity = wire.secret("coder", "token")[:10]
        key = (await wire.coder(f"/users/me/keys/{identity}")).json
        ends = datetime.fromisoformat(key["expires_at"])
        assert key["id"] == identity
        world = wire.platform.world
        assert ends > world.workshop_starts_at + timedelta(minutes=world.scenario.minutes)
        assert (await wire.coder("/users/me/keys/0123456789")).status == 404
        assert (await wire.coder(f"/users/ana/keys/{identity}")).status == 404
