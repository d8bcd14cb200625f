"""The few time series that the rehearsal's Prometheus holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from workshop_tui.rehearsal.world import seeded
from workshop_tui.rehearsal.world.world import World


@dataclass(frozen=True, slots=True)
class Sample:
    labels: dict[str, str]
    """With `__name__`."""
    value: float


def scrape(world: World) -> list[Sample]:
    """What every target says at this moment."""
    return [*_nodes(world), *_coder(world), *_gateway(world)]


def _sample(name: str, value: float, **labels: str) -> Sample:
    return Sample({"__name__": name, **labels}, value)


def _nodes(world: World) -> Iterator[Sample]:
    now_s = world.timeline.now_s
    for region in world.regions.values():
        for node in region.cluster.nodes.values():
            disk = node.capacity.storage_bytes
            where = {"node": node.name, "region": region.place.name, "job": "node-exporter"}
            mount = {"device": "/dev/nvme0n1p1", "fstype": "xfs", "mountpoint": "/"}
            yield _sample("up", 1, instance=f"{node.address}:9100", **where)
            yield _sample("node_filesystem_size_bytes", disk, **where, **mount)
            yield _sample(
                "node_filesystem_avail_bytes", max(0, int(disk - node.usage.bytes_at(now_s))), **where, **mount
            )


def _coder(world: World) -> Iterator[Sample]:
    """Gauges of the whole deployment, which every replica exports alike."""
    builds = Counter(
        (one.latest.job.status, one.template.name, one.owner.username, one.latest.transition)
        for one in world.workspaces.all.values()
        if one.latest.status != "deleted"
    )
    agents = [one for one in world.workspaces.all.values() if one.latest.agent is not None]
    daemons = [daemon for group in world.provisioning.daemons.values() for daemon in group]
    for pod in world.control_plane.server.pods:
        if pod.ready_s is None:
            continue
        replica = {"pod": pod.name, "namespace": pod.namespace, "job": "coderd"}
        yield _sample("up", 1, instance=f"{pod.name}:2112", **replica)
        for (status, template, owner, transition), count in builds.items():
            yield _sample(
                "coderd_workspace_latest_build_status",
                count,
                status=status,
                template_name=template,
                template_version="v12",
                workspace_owner=owner,
                workspace_transition=transition,
                **replica,
            )
        for one in agents:
            up = one.latest.agent is not None and one.latest.agent.status == "connected"
            labels = {"username": one.owner.username, "workspace_name": one.name, "template_name": one.template.name}
            yield _sample("coderd_agents_up", up, **labels, **replica)
        yield _sample("coderd_provisionerd_num_daemons", len(daemons), **replica)
        busy = sum(daemon.current is not None for daemon in daemons)
        yield _sample("coderd_provisionerd_jobs_current", busy, provisioner="terraform", **replica)
        for region in world.regions.values():
            if not region.place.is_control_plane:
                proxy_id = seeded.identity(world.seed, "region", region.place.name)
                healthy = 1 if region.server.ready_count else -2
                yield _sample("coderd_proxyhealth_health_check_results", healthy, proxy_id=proxy_id, **replica)


def _gateway(world: World) -> Iterator[Sample]:
    for pod in world.control_plane.gateway.pods:
        up = pod.ready_s is not None
        yield _sample("up", up, instance=f"{pod.name}:4000", pod=pod.name, namespace=pod.namespace, job="litellm")
