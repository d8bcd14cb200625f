"""What a person's commands change in a simulated cluster, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from workshop_rehearsal.world.image import build_release

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
PROVISIONERS = "/apis/apps/v1/namespaces/coder/deployments/coder-provisioner-default"
SERVER = "/apis/apps/v1/namespaces/coder/deployments/coder"
ROTATOR_JOB = "/apis/batch/v1/namespaces/litellm/cronjobs/litellm-spend-report"


async def ask(wire, method: str, path: str, body: Any = None, kind: str = MERGE, region: str = "ohio", **query: str):
    headers = {**wire.bearer, "Content-Type": kind if method == "PATCH" else "application/json"}
    return await wire.ask(method, wire.kubernetes_url(region, path), headers=headers, json=body, params=query)


async def connected(wire) -> int:
    return len((await wire.coder("/organizations/coder/provisionerdaemons")).json)


async def test_a_scaled_provisioner_deployment_has_as_many_pods_and_coder_lists_them(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        assert await connected(wire) == 6
        answer = await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": 8}})
        assert answer.status == 200
        assert (answer.json["kind"], answer.json["spec"]["replicas"]) == ("Scale", 8)
        await wire.platform.jump("T-46h")
        shown = (await wire.kubernetes("ohio", PROVISIONERS)).json
        assert (shown["spec"]["replicas"], shown["status"]["readyReplicas"]) == (8, 8)
        assert await connected(wire) == 8
        await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": 3}})
        assert await connected(wire) == 3


async def test_more_provisioners_build_sooner(rehearse) -> None:
    waiting = []
    for replicas in (6, 12):
        async with rehearse("september-2024", at="T-1h") as wire:
            await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": replicas}})
            await wire.platform.jump("T+12m13s")
            waiting.append(wire.platform.world.provisioning.waiting("coder"))
    assert waiting[0] - waiting[1] == 6, "the rotation restarts all at once"


async def test_a_daemon_that_leaves_finishes_its_job(rehearse) -> None:
    async with rehearse("september-2024", at="T+1m") as wire:
        busy = [d for d in wire.platform.world.provisioning.daemons["coder"] if d.current is not None]
        assert len(busy) > 1
        jobs = [daemon.current for daemon in busy]
        await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": 0}})
        assert await connected(wire) == len(busy)
        await wire.platform.jump("T+3m")
        assert all(job.status == "succeeded" for job in jobs)
        assert await connected(wire) == 0


async def test_a_restart_replaces_pods_without_an_outage(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        before = {
            pod["metadata"]["uid"] for pod in await wire.pods("ohio", labelSelector="app.kubernetes.io/name=coder")
        }
        stamp = {"kubectl.kubernetes.io/restartedAt": "2026-11-26T12:00:00Z"}
        patch = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
        answer = await ask(wire, "PATCH", SERVER, patch, STRATEGIC)
        assert answer.status == 200
        assert answer.json["spec"]["template"]["metadata"]["annotations"] == stamp
        world = wire.platform.world
        workload = world.regions["ohio"].server
        least = workload.ready_count
        for _ in range(240):
            world.timeline.advance(world.timeline.now_s + 1)
            least = min(least, workload.ready_count)
        wire.platform.catch_up()
        assert least == 2
        after = await wire.pods("ohio", labelSelector="app.kubernetes.io/name=coder")
        assert len(after) == 2
        assert not before & {pod["metadata"]["uid"] for pod in after}
        status = (await wire.kubernetes("ohio", SERVER)).json["status"]
        assert (status["updatedReplicas"], status["replicas"], status["availableReplicas"]) == (2, 2, 2)


async def test_a_restart_picks_up_what_the_tag_points_to_now(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        world = wire.platform.world
        oregon = world.regions["oregon"]
        assert not world.wildcard_works(oregon)
        world.mirror.push("latest", build_release(world.scenario.release.version_after))
        assert not world.wildcard_works(oregon)
        patch = {"spec": {"template": {"metadata": {"annotations": {"again": "1"}}}}}
        assert (await ask(wire, "PATCH", SERVER, patch, STRATEGIC, region="oregon")).status == 200
        await wire.platform.jump("T-46h")
        assert world.wildcard_works(oregon)
        assert not world.wildcard_works(world.regions["london"])


async def test_a_cron_job_is_suspended_and_resumed(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        for suspend in (True, False):
            answer = await ask(wire, "PATCH", ROTATOR_JOB, {"spec": {"suspend": suspend}}, STRATEGIC)
            assert (answer.status, answer.json["spec"]["suspend"]) == (200, suspend)


async def test_a_deleted_pod_is_made_anew(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        pod = (await wire.pods("ohio", labelSelector="app=litellm"))[0]["metadata"]
        path = f"/api/v1/namespaces/litellm/pods/{pod['name']}"
        assert (await ask(wire, "DELETE", path)).json["status"] == "Success"
        assert (await wire.kubernetes("ohio", path)).status == 404
        pods = await wire.pods("ohio", labelSelector="app=litellm")
        assert len(pods) == 4
        assert pod["uid"] not in {one["metadata"]["uid"] for one in pods}


async def test_a_deleted_workspace_pod_loses_its_agent_until_the_next_one_runs(rehearse) -> None:
    async with rehearse("calm", at="T+10m") as wire:
        pod = (await wire.pods("ohio", labelSelector="com.coder.resource=true"))[0]["metadata"]
        identity = pod["labels"]["com.coder.workspace.id"]
        await ask(wire, "DELETE", f"/api/v1/namespaces/{pod['namespace']}/pods/{pod['name']}")

        def agent() -> str:
            return wire.platform.world.workspaces.all[identity].latest.agent.status

        assert agent() == "disconnected"
        await wire.platform.jump("T+14m")
        assert agent() == "connected"


async def test_a_drained_node_is_empty_and_its_pods_run_elsewhere(rehearse) -> None:
    async with rehearse("september-2024", at="T+10m") as wire:
        crowded = (await wire.pods("ohio", labelSelector="com.coder.resource=true"))[0]["spec"]["nodeName"]
        node = f"/api/v1/nodes/{crowded}"
        answer = await ask(wire, "PATCH", node, {"spec": {"unschedulable": True}}, STRATEGIC)
        assert answer.json["spec"]["unschedulable"] is True
        on_it = await wire.pods("ohio", fieldSelector=f"spec.nodeName={crowded}")
        for pod in on_it:
            if pod["metadata"]["ownerReferences"][0]["kind"] == "DaemonSet":
                continue
            name = pod["metadata"]["name"]
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
            path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{name}/eviction"
            assert (await ask(wire, "POST", path, eviction)).status == 201
        left = await wire.pods("ohio", fieldSelector=f"spec.nodeName={crowded}")
        assert {pod["metadata"]["ownerReferences"][0]["kind"] for pod in left} == {"DaemonSet"}
        await wire.platform.jump("T+25m")
        assert (await wire.kubernetes("ohio", node)).status == 404, "Karpenter ends a node that stays empty"


async def test_a_deleted_node_takes_its_claim_along_and_loses_no_workload(rehearse) -> None:
    async with rehearse("september-2024", at="T+8m") as wire:
        workspaces = await wire.pods("ohio", labelSelector="com.coder.resource=true")
        name = workspaces[0]["spec"]["nodeName"]
        claims = (await wire.kubernetes("ohio", "/apis/karpenter.sh/v1/nodeclaims")).json["items"]
        claim = next(one["metadata"]["name"] for one in claims if one["status"]["nodeName"] == name)
        assert (await ask(wire, "DELETE", f"/apis/karpenter.sh/v1/nodeclaims/{claim}")).status == 200
        assert (await wire.kubernetes("ohio", f"/api/v1/nodes/{name}")).status == 404
        assert (await wire.kubernetes("ohio", f"/apis/karpenter.sh/v1/nodeclaims/{claim}")).status == 404
        after = await wire.pods("ohio", labelSelector="com.coder.resource=true")
        owners = [{pod["metadata"]["labels"]["com.coder.workspace.id"] for pod in pods} for pods in (workspaces, after)]
        assert owners[0] == owners[1]
        daemons = (await wire.kubernetes("ohio", "/apis/apps/v1/daemonsets")).json["items"][0]["status"]
        nodes = (await wire.kubernetes("ohio", "/api/v1/nodes")).json["items"]
        assert daemons["desiredNumberScheduled"] == daemons["currentNumberScheduled"] == len(nodes)


async def test_pools_and_quotas_take_other_limits(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        pool = "/apis/karpenter.sh/v1/nodepools/coder-workspace"
        answer = await ask(wire, "PATCH", pool, {"spec": {"limits": {"cpu": "640"}}})
        assert answer.json["spec"]["limits"]["cpu"] == "640"
        quota = "/api/v1/namespaces/coder-ws/resourcequotas/workspaces"
        answer = await ask(wire, "PATCH", quota, {"spec": {"hard": {"requests.cpu": "900"}}}, STRATEGIC)
        assert answer.json["status"]["hard"]["requests.cpu"] == "900"


@pytest.mark.parametrize(
    ("path", "patch", "kind", "status", "reason", "said"),
    [
        (f"{PROVISIONERS}x/scale", {"spec": {"replicas": 8}}, MERGE, 404, "NotFound", "coder-provisioner-defaultx"),
        (f"{PROVISIONERS}/scale", {"spec": {"replicas": -1}}, MERGE, 422, "Invalid", "greater than or equal to 0"),
        (f"{PROVISIONERS}/scale", {"spec": {"replicas": "8"}}, MERGE, 400, "BadRequest", "int32"),
        (f"{PROVISIONERS}/scale", {"spec": {"replicas": 8}}, "application/json", 415, "UnsupportedMediaType", "merge"),
        (
            f"{PROVISIONERS}/scale",
            {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 8}},
            MERGE,
            409,
            "Conflict",
            "has been modified",
        ),
        (PROVISIONERS, {"spec": {"paused": True}}, MERGE, 422, "Invalid", "spec.replicas"),
        (PROVISIONERS, {"metadata": {"name": "other"}}, MERGE, 400, "BadRequest", "does not match"),
        (ROTATOR_JOB, {"spec": {"suspend": "yes"}}, MERGE, 400, "BadRequest", "bool"),
        (ROTATOR_JOB, {"spec": {"schedule": "@weekly"}}, MERGE, 422, "Invalid", "spec.suspend"),
        (
            "/apis/karpenter.sh/v1/nodepools/coder-workspace",
            {"spec": {"limits": {"cpu": "N"}}},
            MERGE,
            422,
            "Invalid",
            '"N"',
        ),
        ("/api/v1/namespaces/coder/events/x", {}, MERGE, 405, "MethodNotAllowed", "method"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_its_reason(
    rehearse, path, patch, kind, status, reason, said
) -> None:
    async with rehearse("september-2024") as wire:
        before = (await wire.kubernetes("ohio", PROVISIONERS)).json
        answer = await ask(wire, "PATCH", path, patch, kind)
        assert (answer.status, answer.json["reason"], answer.json["code"]) == (status, reason, status)
        assert said in answer.json["message"]
        assert (await wire.kubernetes("ohio", PROVISIONERS)).json == before


async def test_a_dry_run_changes_nothing(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        answer = await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": 9}}, dryRun="All")
        assert (answer.status, answer.json["spec"]["replicas"]) == (200, 6)


async def test_an_update_with_an_old_version_is_a_conflict(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        old = (await wire.kubernetes("ohio", f"{PROVISIONERS}/scale")).json
        wanted = {**old, "spec": {"replicas": 8}}
        assert (await ask(wire, "PUT", f"{PROVISIONERS}/scale", wanted)).status == 200
        assert (await ask(wire, "PUT", f"{PROVISIONERS}/scale", {**old, "spec": {"replicas": 9}})).status == 409


async def test_a_watch_tells_of_a_change(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        listed = await wire.kubernetes("ohio", "/apis/apps/v1/namespaces/coder/deployments")
        version = listed.json["metadata"]["resourceVersion"]
        await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": 8}})
        path = "/apis/apps/v1/namespaces/coder/deployments"
        watched = await wire.kubernetes("ohio", path, watch="true", resourceVersion=version, timeoutSeconds="1")
        assert b'"MODIFIED"' in watched.body
        assert b'"replicas":8' in watched.body


async def test_the_same_commands_lead_to_the_same_world(rehearse) -> None:
    seen = []
    for _ in range(2):
        async with rehearse("september-2024", at="T-1h") as wire:
            await ask(wire, "PATCH", f"{PROVISIONERS}/scale", {"spec": {"replicas": 8}})
            wire.platform.world.timeline.advance(900)
            names = sorted(
                (pod.name, round(pod.ready_s or 0))
                for pod in wire.platform.world.regions["ohio"].cluster.pods.values()
                if "provisioner-default" in pod.name
            )
            seen.append([name for name, _ in names])
            assert len(names) == 8
    assert seen[0] == seen[1]


async def test_without_its_rotator_the_key_is_not_rotated_until_it_comes_back(rehearse) -> None:
    rotator = "/apis/apps/v1/namespaces/litellm/deployments/litellm-key-rotator/scale"
    async with rehearse("september-2024", at="T-1h") as wire:
        assert (await wire.gateway("/key/info")).json["info"]["auto_rotate"] is True
        await ask(wire, "PATCH", rotator, {"spec": {"replicas": 0}})
        info = (await wire.gateway("/key/info")).json["info"]
        assert (info["auto_rotate"], info["rotation_interval"], info["key_rotation_at"]) == (False, None, None)
        await wire.platform.jump("T+20m")
        running = wire.platform.world.workspaces.running()
        assert running
        assert all(len(workspace.builds) == 1 for workspace in running)
        await ask(wire, "PATCH", rotator, {"spec": {"replicas": 1}})
        await wire.platform.jump("T+25m")
        assert all(len(workspace.builds) == 2 for workspace in running), "what fell due is done at once"
        assert (await wire.gateway("/key/info")).json["info"]["auto_rotate"] is True
