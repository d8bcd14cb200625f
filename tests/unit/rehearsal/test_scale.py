from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from fakes.rehearsed_world import STARTS_AT, state, world
from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.world.objects import Kind
from workshop_rehearsal.world.places import ALL, PLACES, shares
from workshop_tui.settings.file import load_settings


@pytest.mark.parametrize("count", range(1, len(ALL) + 1))
def test_everybody_has_a_region_however_many_there_are(count: int) -> None:
    told = {"ohio": 0.7, "oregon": 0.15, "london": 0.15}
    found = shares(told, ALL[:count])
    assert set(found) == {place.name for place in ALL[:count]}
    assert sum(found.values()) == pytest.approx(1)
    assert min(found.values()) > 0
    if count == len(PLACES):
        assert found == told


async def test_ten_regions_are_served_each_with_its_names(rehearse) -> None:
    async with rehearse("calm", at="T+10m", regions=10, people=40) as wire:
        settings = load_settings(wire.platform.files.path, {})
        assert settings is not None
        assert len({region.domain for region in settings.region}) == 10
        people = set()
        for region in settings.region:
            assert len((await wire.kubernetes(region.name, "/api/v1/nodes")).json["items"]) > 0
            health = await wire.get(wire.host(region.name, str(region.domain), "/healthz"))
            assert health.status == 200
            here = await wire.pods(region.name, labelSelector="com.coder.resource=true")
            people |= {pod["metadata"]["labels"]["com.coder.user.username"] for pod in here}
        assert len(people) == 40 + 3


def test_a_steady_load_changes_pods_at_its_rate_and_nothing_else() -> None:
    one = world("steady", people=120, at=timedelta(seconds=-1))
    before = {pod.uid for region in one.regions.values() for pod in region.cluster.pods.values()}
    changes = 0
    for number in range(100):
        for region in one.regions.values():
            region.cluster.changed.clear()
        one.advance(STARTS_AT + timedelta(seconds=number * 0.02 + 0.001))
        kinds = [kind for region in one.regions.values() for kind, _ in region.cluster.changed]
        assert set(kinds) <= {Kind.PODS, Kind.DEPLOYMENTS}
        changes += kinds.count(Kind.PODS)
    assert changes == 100
    pods = [pod for region in one.regions.values() for pod in region.cluster.pods.values()]
    assert {pod.uid for pod in pods} == before
    assert sum(pod.ready_s is None for pod in pods) in (24, 25)


def test_the_same_seed_changes_the_same_pods() -> None:
    def unready(seed: int) -> list[str]:
        one = world("steady", people=40, seed=seed, at=timedelta(seconds=20))
        return [pod.name for region in one.regions.values() for pod in region.cluster.pods.values() if not pod.ready_s]

    assert unready(1) == unready(1) != unready(2)


def test_only_a_steady_scenario_has_a_rate() -> None:
    with pytest.raises(RehearsalError, match="steady"):
        world("calm", changes_per_s=10)


def test_a_rate_that_is_asked_for_is_kept() -> None:
    slow, fast = (world("steady", people=400, changes_per_s=rate, at=timedelta(0)) for rate in (10, 200))
    for one in (slow, fast):
        for region in one.regions.values():
            region.cluster.changed.clear()
        one.advance(STARTS_AT + timedelta(seconds=0.5))
    ready = [
        sum(pod.ready_s is None for region in one.regions.values() for pod in region.cluster.pods.values())
        for one in (slow, fast)
    ]
    assert ready[0] in (4, 5)
    assert ready[1] in (100, 101)


async def test_a_watch_hears_each_change_of_a_steady_load_once(rehearse) -> None:
    async with rehearse("steady", at="live", speed=1, people=220, nodes=5, changes_per_s=100) as wire:
        version = (await wire.kubernetes("ohio", "/api/v1/pods", limit="1")).json["metadata"]["resourceVersion"]
        url = wire.kubernetes_url("ohio", "/api/v1/pods")
        params = {"watch": "true", "resourceVersion": version, "timeoutSeconds": "3"}
        last: dict[str, bool] = {}
        versions = []
        async with asyncio.timeout(20), wire.session.get(url, params=params, headers=wire.bearer) as response:
            async for line in response.content:
                event = json.loads(line)
                assert event["type"] == "MODIFIED"
                name, ready = event["object"]["metadata"]["name"], event["object"]["status"]["containerStatuses"][0]
                assert last.get(name) is not ready["ready"]
                last[name] = ready["ready"]
                versions.append(int(event["object"]["metadata"]["resourceVersion"]))
        assert len(versions) > 50
        assert versions == sorted(set(versions))


def test_full_nodes_are_looked_at_again_when_somebody_asks_for_less() -> None:
    """Placement sets aside what had no room: the history is the same as if it had looked at every node each time."""
    one = world("calm", people=300, nodes=30, at=timedelta(minutes=20))
    assert state(one) == state(world("calm", people=300, nodes=30, at=timedelta(minutes=20)))
    for region in one.regions.values():
        waiting = [pod for pods in region.cluster.pending.values() for pod in pods if not pod.deleted]
        for pod in waiting:
            for node in region.cluster.nodes.values():
                asked = pod.template.requests
                has_room = (
                    node.free_cpu_millicores >= asked.cpu_millicores and node.free_memory_bytes >= asked.memory_bytes
                )
                assert node.pool != pod.template.pool or not has_room or node.disk_pressure
