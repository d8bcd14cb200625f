"""What API servers, nodes and kubelets answer in bad hours, and as whom a request acts."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.rehearsal.test_faults import fault

PODS, NODES = "/api/v1/pods", "/api/v1/nodes"
PROVISIONERS = "/apis/apps/v1/namespaces/coder/deployments/coder-provisioner-default"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
READER = {"Impersonate-User": "rehearsal-reader"}


async def acting(wire, method: str, path: str, headers, **more):
    url = wire.kubernetes_url("ohio", path)
    return await wire.ask(method, url, headers=[*wire.bearer.items(), *headers], **more)


async def scaled(wire, replicas: int, headers=(), **params: str):
    kind = {"Content-Type": "application/merge-patch+json"}
    body = {"spec": {"replicas": replicas}}
    return await acting(wire, "PATCH", PROVISIONERS, [*headers, *kind.items()], json=body, params=params)


async def test_a_list_may_be_a_status_that_came_with_200(rehearse) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="kubernetes", kind="status-as-list", for_s=60)
        answer = await wire.kubernetes("london", PODS)
        assert (answer.status, answer.json["kind"], answer.json["status"]) == (200, "Status", "Failure")
        assert "items" not in answer.json
        assert (await wire.kubernetes("london", PROVISIONERS)).status == 404
        assert (await wire.kubernetes("ohio", PODS)).json["kind"] == "PodList"


@pytest.mark.parametrize(
    ("kind", "first", "later", "watched"),
    [("busy-lists", 429, 429, 200), ("busy-pages", 200, 429, 200), ("busy-watches", 200, 200, 429)],
)
async def test_a_busy_server_says_when_to_come_again(rehearse, kind: str, first: int, later: int, watched: int) -> None:
    async with rehearse("calm") as wire:
        page = (await wire.kubernetes("london", PODS, limit="2")).json["metadata"]
        await fault(wire, source="kubernetes", kind=kind, for_s=60)
        answers = [
            await wire.kubernetes("london", PODS, limit="2"),
            await wire.kubernetes("london", PODS, **{"limit": "2", "continue": page["continue"]}),
            await wire.kubernetes(
                "london", PODS, watch="true", resourceVersion=page["resourceVersion"], timeoutSeconds="1"
            ),
        ]
        assert [answer.status for answer in answers] == [first, later, watched]
        for answer in answers:
            if answer.status == 429:
                assert (answer.headers["Retry-After"], answer.json["reason"]) == ("1", "TooManyRequests")


async def test_a_webhook_refuses_a_change_and_its_dry_run_with_a_long_reason(rehearse) -> None:
    async with rehearse("calm") as wire:
        before = (await acting(wire, "GET", PROVISIONERS, [])).json["spec"]["replicas"]
        await fault(wire, source="kubernetes", kind="denying-webhook", region="ohio", for_s=60)
        for params in ({"dryRun": "All"}, {}):
            answer = await scaled(wire, before + 1, **params)
            assert (answer.status, answer.json["kind"]) == (400, "Status")
            assert len(answer.json["message"]) > 400
            assert answer.json["message"].strip().endswith("name the workshop.'")
        assert (await acting(wire, "GET", PROVISIONERS, [])).json["spec"]["replicas"] == before


async def test_a_lost_node_is_unknown_in_every_condition_until_it_is_back(rehearse) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="kubernetes", kind="lost-nodes", for_s=2)
        [lost] = [
            node
            for node in (await wire.kubernetes("london", NODES)).json["items"]
            if {one["status"] for one in node["status"]["conditions"]} == {"Unknown"}
        ]
        assert {taint["key"] for taint in lost["spec"]["taints"]} == {"node.kubernetes.io/unreachable"}
        name = lost["metadata"]["name"]
        assert (await wire.kubernetes("london", f"{NODES}/{name}/proxy/stats/summary")).status == 503
        await asyncio.sleep(2.3)
        node = (await wire.kubernetes("london", f"{NODES}/{name}")).json
        ready = next(one for one in node["status"]["conditions"] if one["type"] == "Ready")
        assert ready["status"] == "True"


async def test_a_disk_of_its_own_for_images_may_be_fuller_than_the_nodes(rehearse) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="kubelet", kind="full-image-disks", for_s=60)
        full = []
        for node in (await wire.kubernetes("london", NODES)).json["items"]:
            name = node["metadata"]["name"]
            summary = (await wire.kubernetes("london", f"{NODES}/{name}/proxy/stats/summary")).json["node"]
            used = {
                of: 1 - disk["availableBytes"] / disk["capacityBytes"]
                for of, disk in (("node", summary["fs"]), ("images", summary["runtime"]["imageFs"]))
            }
            if used["images"] != used["node"]:
                full.append(used)
        assert [used["images"] > 0.95 > 0.9 > used["node"] for used in full] == [True]


async def test_an_impersonated_reader_reads_and_changes_nothing(rehearse) -> None:
    async with rehearse("calm") as wire:
        before = (await acting(wire, "GET", PROVISIONERS, READER.items())).json["spec"]["replicas"]
        refused = await scaled(wire, before + 1, READER.items())
        assert refused.status == 403
        assert 'User "rehearsal-reader" cannot patch resource "deployments"' in refused.json["message"]
        attributes = {"verb": "patch", "group": "apps", "resource": "deployments"}
        reviewed = {"spec": {"resourceAttributes": attributes}}
        assert (await acting(wire, "POST", REVIEWS, [], json=reviewed)).json["status"]["allowed"]
        assert not (await acting(wire, "POST", REVIEWS, READER.items(), json=reviewed)).json["status"]["allowed"]
        writers = [*READER.items(), ("Impersonate-Group", "rehearsal-writers")]
        assert (await scaled(wire, before + 1, writers)).status == 200


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ([("Impersonate-User", "root")], 403, 'cannot impersonate resource "users"'),
        ([*READER.items(), ("Impersonate-Group", "system:masters")], 403, 'cannot impersonate resource "groups"'),
        ([*READER.items(), ("Impersonate-Uid", "0")], 403, 'cannot impersonate resource "uids"'),
        ([*READER.items(), ("Impersonate-Extra-Scopes", "all")], 403, 'cannot impersonate resource "userextras"'),
        ([("Impersonate-Group", "rehearsal-writers")], 500, "without impersonating a user"),
    ],
)
async def test_whom_the_token_may_not_impersonate_is_refused(rehearse, headers, status: int, told: str) -> None:
    async with rehearse("calm") as wire:
        answer = await acting(wire, "GET", PODS, headers)
        assert (answer.status, told in answer.json["message"]) == (status, True)


async def test_schedules_of_cron_jobs_may_be_words(rehearse) -> None:
    async with rehearse("calm") as wire:
        jobs = (await wire.kubernetes("ohio", "/apis/batch/v1/cronjobs")).json["items"]
        assert "@daily" in {job["spec"]["schedule"] for job in jobs}
