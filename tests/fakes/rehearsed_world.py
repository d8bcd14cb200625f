"""A world's whole state as plain values, to compare histories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workshop_rehearsal.scenario import load_scenario
from workshop_rehearsal.world.objects import ClusterEvent
from workshop_rehearsal.world.world import World

STARTS_AT = datetime(2026, 9, 2, 14, tzinfo=UTC)


def world(scenario: str, *, seed: int = 1, at: timedelta | None = None, **sizes: int) -> World:
    made = World(load_scenario(scenario), seed=seed, workshop_starts_at=STARTS_AT, **sizes)
    if at is not None:
        made.advance(STARTS_AT + at)
    return made


def state(of: World) -> dict[str, object]:
    now_s = of.timeline.now_s
    return {
        "now": now_s,
        "pods": [
            (name, pod.name, pod.uid, pod.phase, pod.reason, pod.node and pod.node.name, pod.started_s, pod.ended_s)
            for name, region in of.regions.items()
            for pod in region.cluster.pods.values()
        ],
        "nodes": [
            (node.name, round(node.usage.bytes_at(now_s) / 2**20), node.disk_pressure)
            for region in of.regions.values()
            for node in region.cluster.nodes.values()
        ],
        "events": [(event.uid, event.reason, event.at_s) for event in events(of)],
        "workspaces": [
            (one.id, one.owner.username, [(build.id, build.status, build.job.started_s) for build in one.builds])
            for one in of.workspaces.all.values()
        ],
        "key": (of.gateway.key.expires_s, of.gateway.key.last_rotation_s),
    }


def events(of: World) -> list[ClusterEvent]:
    return [event for region in of.regions.values() for event in region.cluster.events.values()]


def evictions_s(of: World) -> list[float]:
    return sorted(event.at_s for event in events(of) if event.reason == "Evicted")
