from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

from fakes.rehearsed_world import world
from workshop_rehearsal.servers.selector import BadSelectorError, field_match, label_match
from workshop_rehearsal.world.objects import Kind


async def test_the_clusters_answer_over_tls_with_their_version(rehearse) -> None:
    async with rehearse("calm") as wire:
        for region in ("ohio", "oregon", "london"):
            assert (await wire.kubernetes(region, "/readyz")).body == b"ok"
            assert (await wire.kubernetes(region, "/version")).json["gitVersion"].startswith("v1.")


async def test_a_stranger_to_the_authority_gets_no_connection(rehearse) -> None:
    async with rehearse("calm") as wire, aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await stranger.get(wire.kubernetes_url("ohio", "/version"))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_without_the_token_every_path_is_refused_with_a_status(rehearse, headers) -> None:
    async with rehearse("calm") as wire:
        for path in ("/version", "/api/v1/pods", "/api/v1/nodes/x/proxy/stats/summary", "/nowhere"):
            answer = await wire.get(wire.kubernetes_url("ohio", path), headers=headers)
            assert answer.status == 401
            assert (answer.json["kind"], answer.json["reason"], answer.json["code"]) == ("Status", "Unauthorized", 401)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/apis/apps/v1/nothing",
        "/api/v2/pods",
        "/api/v1/namespaces/coder/nodes",
        "/",
        "/api/v1/pods/x",
    ],
)
async def test_unknown_paths_are_not_found(rehearse, path: str) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.kubernetes("ohio", path)
        assert (answer.status, answer.json["reason"]) == (404, "NotFound")


METADATA_ALONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


async def test_a_secret_is_answered_whole_or_its_metadata_alone_as_it_is_asked_for(rehearse) -> None:
    async with rehearse("calm") as wire:
        url = wire.kubernetes_url("ohio", "/api/v1/namespaces/litellm/secrets/bedrock-credentials")
        whole = (await wire.get(url, headers=wire.bearer)).json
        partial = (await wire.get(url, headers={**wire.bearer, "Accept": METADATA_ALONE})).json
    assert whole["kind"] == "Secret"
    assert set(whole["data"]) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert (partial["kind"], set(partial)) == ("PartialObjectMetadata", {"kind", "apiVersion", "metadata"})
    assert partial["metadata"] == whole["metadata"]
    assert not any(value in str(partial) for value in whole["data"].values())


async def test_secrets_are_never_listed(rehearse) -> None:
    async with rehearse("calm") as wire:
        for path in ("/api/v1/secrets", "/api/v1/namespaces/litellm/secrets"):
            answer = await wire.kubernetes("ohio", path)
            assert (answer.status, answer.json["reason"]) == (403, "Forbidden")


@pytest.mark.parametrize("region", ["ohio", "oregon", "london"])
async def test_the_pull_secrets_that_pods_name_exist(rehearse, region: str) -> None:
    async with rehearse("calm", at="live") as wire:
        named = {
            (pod["metadata"]["namespace"], secret["name"])
            for pod in await wire.pods(region)
            for secret in pod["spec"].get("imagePullSecrets", [])
        }
        assert ("coder", "registry-login") in named
        for namespace, name in named:
            found = await wire.kubernetes(region, f"/api/v1/namespaces/{namespace}/secrets/{name}")
            assert found.json["type"] == "kubernetes.io/dockerconfigjson"


async def test_writes_are_refused(rehearse) -> None:
    async with rehearse("calm") as wire:
        url = wire.kubernetes_url("ohio", "/api/v1/namespaces/coder/pods")
        assert (await wire.ask("DELETE", url, headers=wire.bearer)).status == 405


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/pods", "PodList"),
        ("/api/v1/nodes", "NodeList"),
        ("/api/v1/namespaces", "NamespaceList"),
        ("/api/v1/namespaces/coder-ws/resourcequotas", "ResourceQuotaList"),
        ("/apis/apps/v1/deployments", "DeploymentList"),
        ("/apis/apps/v1/daemonsets", "DaemonSetList"),
        ("/apis/karpenter.sh/v1/nodepools", "NodePoolList"),
        ("/apis/karpenter.sh/v1/nodeclaims", "NodeClaimList"),
    ],
)
async def test_items_of_lists_carry_no_kind_and_single_objects_do(rehearse, path: str, kind: str) -> None:
    async with rehearse("calm") as wire:
        listed = (await wire.kubernetes("ohio", path)).json
        assert listed["kind"] == kind
        assert listed["items"]
        assert all("kind" not in item and "apiVersion" not in item for item in listed["items"])
        item = listed["items"][0]
        one = (await wire.kubernetes("ohio", f"{_own_path(path, item)}/{item['metadata']['name']}")).json
        assert one["kind"] + "List" == kind
        assert one["metadata"] == item["metadata"]


def _own_path(path: str, item) -> str:
    namespace = item["metadata"].get("namespace")
    if namespace is None or "/namespaces/" in path:
        return path
    head, _, plural = path.rpartition("/")
    return f"{head}/namespaces/{namespace}/{plural}"


async def test_pages_together_are_the_list_as_it_was_when_the_first_was_read(rehearse) -> None:
    async with rehearse("september-2024", at="T-10m") as wire:
        whole = await wire.pods("ohio")
        first = (await wire.kubernetes("ohio", "/api/v1/pods", limit="7")).json
        names = [pod["metadata"]["name"] for pod in first["items"]]
        assert first["metadata"]["remainingItemCount"] == len(whole) - 7
        await wire.platform.jump("T+5m")
        page = first
        while token := page["metadata"].get("continue"):
            page = (await wire.kubernetes("ohio", "/api/v1/pods", limit="7", **{"continue": token})).json
            assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
            names += [pod["metadata"]["name"] for pod in page["items"]]
        assert names == [pod["metadata"]["name"] for pod in whole]
        assert len(await wire.pods("ohio")) > len(whole)


async def test_an_old_continue_token_has_expired(rehearse) -> None:
    async with rehearse("calm") as wire:
        token = (await wire.kubernetes("ohio", "/api/v1/pods", limit="1")).json["metadata"]["continue"]
        for _ in range(70):
            await wire.kubernetes("ohio", "/api/v1/pods", limit="1")
        answer = await wire.kubernetes("ohio", "/api/v1/pods", limit="1", **{"continue": token})
        assert (answer.status, answer.json["reason"]) == (410, "Expired")


@pytest.mark.parametrize("params", [{"continue": "%%%"}, {"limit": "many"}, {"fieldSelector": "spec.color=red"}])
async def test_wrong_parameters_are_a_bad_request(rehearse, params) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.kubernetes("ohio", "/api/v1/pods", **params)
        assert (answer.status, answer.json["reason"]) == (400, "BadRequest")


async def test_the_default_selectors_find_servers_proxies_provisioners_and_workspaces(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        for region in ("ohio", "oregon", "london"):
            servers = await wire.pods(region, labelSelector="app.kubernetes.io/name=coder")
            assert len(servers) == 2
            assert {pod["metadata"]["namespace"] for pod in servers} == {"coder"}
        assert len(await wire.pods("ohio", labelSelector="app=coder-provisioner")) == 14
        workspaces = []
        for region in ("ohio", "oregon", "london"):
            workspaces += await wire.pods(region, labelSelector="app.kubernetes.io/name=coder-workspace")
        assert len(workspaces) == 15
        ids = {one["id"] for one in (await wire.coder("/workspaces")).json["workspaces"]}
        assert {pod["metadata"]["labels"]["com.coder.workspace.id"] for pod in workspaces} == ids


async def test_a_field_selector_finds_the_pods_of_a_node(rehearse) -> None:
    async with rehearse("calm") as wire:
        pods = await wire.pods("ohio")
        node = pods[0]["spec"]["nodeName"]
        found = await wire.pods("ohio", fieldSelector=f"spec.nodeName={node}")
        assert [pod["metadata"]["name"] for pod in found] == [
            pod["metadata"]["name"] for pod in pods if pod["spec"]["nodeName"] == node
        ]


async def test_the_kubelets_stats_tell_the_disks_of_the_simulated_nodes(rehearse) -> None:
    async with rehearse("september-2024", seed=3) as wire:
        shares = []
        for node in (await wire.kubernetes("ohio", "/api/v1/nodes")).json["items"]:
            name = node["metadata"]["name"]
            fs = (await wire.kubernetes("ohio", f"/api/v1/nodes/{name}/proxy/stats/summary")).json["node"]["fs"]
            shares.append(1 - fs["availableBytes"] / fs["capacityBytes"])
        now_s = wire.platform.world.timeline.now_s
        simulated = [node.used_share(now_s) for node in wire.platform.world.regions["ohio"].cluster.nodes.values()]
        assert sorted(shares) == pytest.approx(sorted(simulated), abs=1e-6)
        assert sum(share > 0.6 for share in shares) == 3
        missing = await wire.kubernetes("ohio", "/api/v1/nodes/nowhere/proxy/stats/summary")
        assert missing.status == 404


async def test_the_token_may_read_and_change_what_a_rehearsal_can_change(rehearse) -> None:
    async with rehearse("calm") as wire:
        url = wire.kubernetes_url("ohio", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        for verb, resource, subresource, allowed in (
            ("list", "pods", "", True),
            ("delete", "pods", "", True),
            ("create", "pods", "", False),
            ("create", "pods", "eviction", True),
            ("patch", "deployments", "scale", True),
            ("patch", "events", "", False),
            ("delete", "secrets", "", False),
        ):
            spec = {"resourceAttributes": {"verb": verb, "resource": resource, "subresource": subresource}}
            answer = await wire.ask("POST", url, headers=wire.bearer, json={"spec": spec})
            assert answer.status == 201
            assert answer.json["status"]["allowed"] is allowed


async def test_image_pulls_are_told_as_the_kubelet_tells_them(rehearse) -> None:
    async with rehearse("september-2024", at="T+9m") as wire:
        events = (await wire.kubernetes("ohio", "/api/v1/events", fieldSelector="reason=Pulled")).json["items"]
        pulled = [event["message"] for event in events if event["message"].startswith("Successfully pulled image")]
        assert pulled
        for message in pulled:
            assert " including waiting). Image size: " in message
        assert {event["involvedObject"]["kind"] for event in events} == {"Pod"}


async def test_evictions_are_seen_as_failed_pods_events_and_pressed_nodes(rehearse) -> None:
    async with rehearse("september-2024", at="T+11m") as wire:
        evicted = [pod for pod in await wire.pods("ohio") if pod["status"].get("reason") == "Evicted"]
        assert evicted
        for pod in evicted:
            assert pod["status"]["phase"] == "Failed"
            assert pod["status"]["message"].startswith("The node was low on resource: ephemeral-storage.")
        events = (await wire.kubernetes("ohio", "/api/v1/events", fieldSelector="reason=Evicted,type=Warning")).json
        assert {event["involvedObject"]["uid"] for event in events["items"]} == {
            pod["metadata"]["uid"] for pod in evicted
        }
        nodes = (await wire.kubernetes("ohio", "/api/v1/nodes")).json["items"]
        pressed = [
            node["metadata"]["name"]
            for node in nodes
            for condition in node["status"]["conditions"]
            if condition["type"] == "DiskPressure" and condition["status"] == "True"
        ]
        assert {pod["spec"]["nodeName"] for pod in evicted} <= set(pressed)


LABELS = {"app": "coder", "tier": "web"}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("app=coder", True),
        ("app==coder,tier=web", True),
        ("app!=coder", False),
        ("other!=x", True),
        ("app in (coder, litellm),tier", True),
        ("app notin (coder)", False),
        ("other notin (coder)", True),
        ("!app", False),
        ("!other", True),
        ("app=", False),
    ],
)
def test_label_selectors_match_as_kubernetes_matches(selector: str, expected: bool) -> None:
    assert label_match(selector)({"metadata": {"labels": LABELS}}) is expected


@pytest.mark.parametrize("selector", ["=x", "a b", "app in coder"])
def test_an_unreadable_label_selector_is_refused(selector: str) -> None:
    with pytest.raises(BadSelectorError):
        label_match(selector)


def test_a_field_selector_needs_an_operator() -> None:
    with pytest.raises(BadSelectorError, match="invalid selector"):
        field_match(Kind.PODS, "status.phase")


def test_a_pod_that_finds_no_node_says_so() -> None:
    one = world("september-2024", people=60, nodes=9, at=timedelta(minutes=5))
    pending = [pod for pod in one.regions["ohio"].cluster.pods.values() if pod.node is None]
    assert pending
    reasons = {event.reason for event in one.regions["ohio"].cluster.events.values()}
    assert "FailedScheduling" in reasons
