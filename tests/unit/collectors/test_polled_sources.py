from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.api_server import cluster_of, page, status
from fakes.coder_rights import for_an_owner, seen
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry import RegistryClient
from workshop_tui.clients.route import PROBE_LABEL, RouteClient
from workshop_tui.collectors.cron_jobs import CronJobsSource
from workshop_tui.collectors.registry_images import RegistryImagesSource
from workshop_tui.collectors.routes import RoutesSource
from workshop_tui.collectors.workspaces import WorkspacesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder import Agent, Workspace
from workshop_tui.model.kubernetes import CronJob
from workshop_tui.model.route import RouteRole, RouteStage
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Image, Settings

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def region(**more: object) -> Region:
    return Region.model_validate({"name": "ohio", "role": "proxy", "context": "ohio", **more})


async def collected(wire: dict[str, object], directory: Path) -> Workspace:
    body = json.dumps({"workspaces": [wire], "count": 1}).encode()
    async with (
        loopback(for_an_owner(lambda _: Says(200, body))) as server,
        seen(server.host, directory) as (client, who),
    ):
        (found,) = await WorkspacesSource(client, who, 5).collect()
    return found


async def test_a_workspace_is_read_with_its_build_and_all_its_agents(tmp_path: Path) -> None:
    agent = {"name": "main", "status": "connected", "lifecycle_state": "ready", "ready_at": "2026-12-01T12:00:00Z"}
    found = await collected(
        {
            "id": "w-1",
            "name": "ws-ana",
            "owner_name": "ana",
            "organization_name": "coder",
            "template_name": "goose",
            "health": {"healthy": True, "failing_agents": []},
            "latest_build": {
                "build_number": 3,
                "transition": "start",
                "status": "running",
                "created_at": "2026-12-01T12:00:00Z",
                "deadline": "0001-01-01T00:00:00Z",
                "job": {
                    "started_at": "2026-12-01T12:00:00Z",
                    "completed_at": None,
                    "queue_position": 2,
                    "queue_size": 5,
                },
                "resources": [{"agents": [agent]}, {"agents": None}, {"agents": [{**agent, "name": "gpu"}]}],
            },
        },
        tmp_path,
    )
    assert found == Workspace(
        id="w-1",
        name="ws-ana",
        owner="ana",
        organization="coder",
        template="goose",
        status="running",
        transition="start",
        build_number=3,
        created_at=NOON,
        job_started_at=NOON,
        queue_position=2,
        queue_size=5,
        healthy=True,
        deadline_at=None,
        agents=(Agent("main", "connected", "ready", None, NOON), Agent("gpu", "connected", "ready", None, NOON)),
    )
    assert found.ready_at == NOON


async def test_agents_of_agents_come_and_go_and_do_not_count(tmp_path: Path) -> None:
    main = {"name": "main", "status": "connected", "started_at": "2026-12-01T12:00:00Z", "parent_id": None}
    sub = {"name": "devcontainer", "status": "disconnected", "parent_id": "0b7c4d1e-0000-4000-8000-000000000001"}
    build = {"transition": "start", "status": "running", "resources": [{"agents": [main, sub]}]}
    found = await collected({"id": "w", "name": "w", "owner_name": "ana", "latest_build": build}, tmp_path)
    assert found.agents == (Agent("main", "connected", started_at=NOON),)
    assert not found.prebuild


async def test_a_workspace_whose_health_is_not_told_is_not_healthy(tmp_path: Path) -> None:
    found = await collected({"id": "w-1", "name": "ws", "latest_build": {"job": {"error": "no capacity"}}}, tmp_path)
    assert (found.healthy, found.ready_at, found.job_error) == (None, None, "no capacity")


@pytest.mark.parametrize(
    ("role", "namespaces", "asked_in"),
    [
        ("proxy", {"server": "coder-proxy"}, ["coder-proxy"]),
        ("control-plane", {"server": "coder", "gateway": "litellm"}, ["coder", "litellm"]),
        ("control-plane", {"server": "coder", "gateway": "coder"}, ["coder"]),
        ("control-plane", {"server": "coder", "gateway": ""}, ["coder"]),
    ],
)
async def test_cron_jobs_are_read_where_the_workshop_depends_on_them(
    role: str, namespaces: dict[str, str], asked_in: list[str], tmp_path: Path
) -> None:
    job = {
        "metadata": {"namespace": "litellm", "name": "key-rotator"},
        "spec": {"schedule": "0 3 * * *", "timeZone": None, "suspend": None, "jobTemplate": {}},
        "status": {"lastScheduleTime": "2026-12-01T12:00:00Z"},
    }
    async with cluster_of(lambda _: page(job), tmp_path) as (cluster, asked):
        found = await CronJobsSource(cluster, region(role=role, namespaces=namespaces)).collect()
    assert sorted(request.path for request in asked) == [
        f"/apis/batch/v1/namespaces/{name}/cronjobs" for name in asked_in
    ]
    assert set(found) == {CronJob("litellm", "key-rotator", "0 3 * * *", "", False, NOON)}


async def test_cron_jobs_of_one_namespace_that_is_forbidden_are_unknown_as_a_whole(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        return status(403, "cannot list cronjobs in litellm") if "/litellm/" in asked.path else page()

    async with cluster_of(answer, tmp_path) as (cluster, _):
        with pytest.raises(SourceError, match="cannot list cronjobs in litellm") as caught:
            await CronJobsSource(cluster, region(role="control-plane")).collect()
    assert caught.value.kind is ErrorKind.FORBIDDEN


async def test_half_of_the_images_comparison_is_no_comparison() -> None:
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}

    def answer(asked: Asked) -> Says:
        if "/mirror/" in asked.path:
            return Says(404)
        return Says(200, json.dumps(manifest).encode(), {"Content-Type": str(manifest["mediaType"])})

    async with loopback(answer) as server:
        network = Network(Settings())
        clients = {
            role: (reference, RegistryClient(Image(reference=reference, plain_http=True), network))
            for role in ("source", "mirror")
            for reference in [f"{server.host}/{role}/goose:1"]
        }
        (alone,) = await RegistryImagesSource({"source": clients["source"]}, 120).collect()
        assert (alone.role, alone.reference) == ("source", f"{server.host}/source/goose:1")
        with pytest.raises(SourceError):
            await RegistryImagesSource(clients, 120).collect()
        for _, client in clients.values():
            await client.close()


@pytest.mark.parametrize(
    ("hosts", "probed"),
    [
        ({}, []),
        ({"domain": "localhost"}, [(RouteRole.DOMAIN, "localhost")]),
        (
            {"domain": "localhost", "wildcard": "*.localhost"},
            [(RouteRole.DOMAIN, "localhost"), (RouteRole.WILDCARD, f"{PROBE_LABEL}.localhost")],
        ),
    ],
)
async def test_a_regions_domain_and_one_name_under_its_wildcard_are_probed(
    hosts: dict[str, str], probed: list[tuple[RouteRole, str]]
) -> None:
    async with loopback(lambda _: Says()) as server:
        port = int(server.host.rpartition(":")[2])
    client = RouteClient(Network(Settings()))
    found = await RoutesSource(client, region(https_port=port, **hosts), 5).collect()
    assert [(probe.role, probe.host) for probe in found] == probed
    assert all(probe.stage in (RouteStage.DNS, RouteStage.CONNECT) for probe in found)
