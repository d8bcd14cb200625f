"""The official client's models refuse what the real API would never send."""

from __future__ import annotations

import pytest
from kubernetes.aio import client, config, watch


@pytest.mark.parametrize("context", ["us-east-2", "us-west-2", "eu-west-2"])
async def test_the_official_client_reads_every_list_through_the_kubeconfig(rehearse, context: str) -> None:
    async with rehearse("september-2024", at="T+11m") as wire:
        kubeconfig = wire.settings["kubernetes"]["kubeconfig"]
        async with await config.new_client_from_config(kubeconfig, context=context, persist_config=False) as api:
            core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
            pods = await core.list_pod_for_all_namespaces()
            nodes = await core.list_node()
            events = await core.list_event_for_all_namespaces()
            quotas = await core.list_resource_quota_for_all_namespaces()
            namespaces = await core.list_namespace()
            deployments = await apps.list_deployment_for_all_namespaces()
            stateful_sets = await apps.list_stateful_set_for_all_namespaces()
            daemon_sets = await apps.list_daemon_set_for_all_namespaces()
            version = await client.VersionApi(api).get_code()
        counts = [len(found.items) for found in (pods, nodes, events, quotas, namespaces, deployments, daemon_sets)]
        assert all(counts)
        assert stateful_sets.items == []
        assert version.git_version.startswith("v1.34")
        ready = {one.metadata.name: one.status.ready_replicas for one in deployments.items}
        assert ready["coder"] == 2
        assert {pod.spec.node_name for pod in pods.items if pod.spec.node_name} <= {
            node.metadata.name for node in nodes.items
        }


async def test_the_official_client_watches(rehearse) -> None:
    async with rehearse("september-2024", at="T-1m", speed=300) as wire:
        kubeconfig = wire.settings["kubernetes"]["kubeconfig"]
        async with await config.new_client_from_config(kubeconfig, context="us-east-2", persist_config=False) as api:
            core = client.CoreV1Api(api)
            listed = await core.list_pod_for_all_namespaces()
            seen = []
            watching = watch.Watch()
            async for event in watching.stream(
                core.list_pod_for_all_namespaces,
                resource_version=listed.metadata.resource_version,
                allow_watch_bookmarks=True,
                timeout_seconds=10,
            ):
                seen.append(event["type"])
                if "ADDED" in seen and "MODIFIED" in seen:
                    break
            await watching.close()
        assert {"ADDED", "MODIFIED"} <= set(seen)


async def test_whoever_leaves_a_watch_leaves_no_error_behind(rehearse, caplog) -> None:
    async with rehearse("september-2024", at="T-1m", speed=300, bookmark_every_s=0.01) as wire:
        for _ in range(5):
            params = {"watch": "true", "allowWatchBookmarks": "true"}
            url = wire.kubernetes_url("ohio", "/api/v1/pods")
            async with wire.session.get(url, params=params, headers=wire.bearer) as response:
                await response.content.readline()
                response.close()
        assert (await wire.kubernetes("ohio", "/readyz")).status == 200
    assert caplog.records == []
