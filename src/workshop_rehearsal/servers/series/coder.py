"""What Coder and the gateway expose: every replica of the server tells the deployment's gauges alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from workshop_rehearsal.servers.api_traffic import ApiTraffic
from workshop_rehearsal.servers.promql.labels import Labels, labelled
from workshop_rehearsal.servers.series.exposition import Exposed, histogram
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.workspaces import Agent, Workspace
from workshop_rehearsal.world.world import World


class CoderSeries:
    def __init__(self, world: World, traffic: ApiTraffic) -> None:
        self._world = world
        self._traffic = traffic
        self._labels: dict[tuple[str, Labels], Labels] = {}
        """Merged ones, by the pod's uid and the gauge's own."""

    def expose(self) -> Iterator[Exposed]:
        world = self._world
        region = world.control_plane.place.name
        gauges = list(self._gauges())
        if len(self._labels) > 20 * len(gauges) + 1000:
            self._labels.clear()
        ready = [pod for pod in world.control_plane.server.pods if pod.ready_s is not None]
        for number, pod in enumerate(ready):
            replica = labelled(job="coderd", region=region, namespace=pod.namespace, pod=pod.name)
            yield "up", labelled(replica, instance=f"{pod.name}:2112"), 1.0
            for name, labels, value in gauges:
                yield name, self._merged(pod.uid, replica, labels), value
            if number == 0:
                yield from self._counters(replica)
        for pod in world.control_plane.gateway.pods:
            labels = labelled(job="litellm", region=region, namespace=pod.namespace, pod=pod.name)
            yield "up", labelled(labels, instance=f"{pod.name}:4000"), pod.ready_s is not None
        key = labelled(job="gateway-key-exporter", region=region, key_alias="workshop")
        yield "gateway_key_expiry_timestamp_seconds", key, world.moment(world.gateway.key.expires_s).timestamp()

    def _merged(self, uid: str, replica: Labels, labels: Labels) -> Labels:
        key = (uid, labels)
        found = self._labels.get(key)
        if found is None:
            found = self._labels[key] = labelled(replica, labels)
        return found

    def _gauges(self) -> Iterator[Exposed]:
        """The server runs no provisioner of its own: external ones tell of themselves."""
        world = self._world
        alive = [one for one in world.workspaces.all.values() if one.latest.status != "deleted"]
        builds = Counter(
            (one.latest.job.status, one.template.name, one.owner.username, one.latest.transition) for one in alive
        )
        for (status, template, owner, transition), count in builds.items():
            labels = _build_labels(status, template, owner, transition)
            yield "coderd_workspace_latest_build_status", labels, count
        for one in alive:
            if one.latest.agent is not None:
                yield from _agent(one, one.latest.agent)
        yield "coderd_provisionerd_num_daemons", labelled(), 0
        yield "coderd_api_concurrent_requests", labelled(), self._traffic.open
        for region in world.regions.values():
            if not region.place.is_control_plane:
                proxy_id = seeded.identity(world.seed, "region", region.place.name)
                healthy = 1 if region.server.ready_count else -2
                yield "coderd_proxyhealth_health_check_results", labelled(proxy_id=proxy_id), healthy

    def _counters(self, replica: Labels) -> Iterator[Exposed]:
        """Of what one replica did; in the rehearsal the first that is ready does everything."""
        for transition, waits in self._world.provisioning.waits.items():
            labels = labelled(
                replica,
                build_reason="initiator",
                job_type="workspace_build",
                provisioner_type="terraform",
                transition=transition,
            )
            yield from histogram("coderd_provisioner_job_queue_wait_seconds", labels, waits)
        processed = Counter(self._traffic.processed)
        processed.update((str(one.status), "GET", one.path) for one in self._world.sign_ins)
        for (code, method, path), count in processed.items():
            labels = labelled(replica, code=code, method=method, path=path)
            yield "coderd_api_requests_processed_total", labels, count
        for (method, path), latencies in self._traffic.latencies.items():
            labels = labelled(replica, method=method, path=path)
            yield from histogram("coderd_api_request_latencies_seconds", labels, latencies)

    def provisioners(self) -> Iterator[Exposed]:
        """Each of them tells of itself and its own jobs."""
        region = self._world.control_plane.place.name
        for group in self._world.provisioning.daemons.values():
            for daemon in group:
                own = labelled(job="provisionerd", region=region, instance=f"{daemon.name}:2112")
                yield "coderd_provisionerd_num_daemons", own, 1.0
                busy = labelled(own, provisioner="terraform")
                yield "coderd_provisionerd_jobs_current", busy, daemon.current is not None
                if daemon.durations.count:
                    labels = labelled(busy, status="success")
                    yield from histogram("coderd_provisionerd_job_timings_seconds", labels, daemon.durations)


@lru_cache(maxsize=50_000)
def _build_labels(status: str, template: str, owner: str, transition: str) -> Labels:
    return labelled(
        status=status,
        template_name=template,
        template_version="v12",
        workspace_owner=owner,
        workspace_transition=transition,
    )


@lru_cache(maxsize=50_000)
def _agent_labels(owner: str, name: str, template: str, lifecycle: str, status: str) -> tuple[Labels, Labels, Labels]:
    who = labelled(username=owner, workspace_name=name)
    named = labelled(who, agent_name="main")
    return (
        labelled(who, template_name=template, template_version="v12"),
        labelled(named, lifecycle_state=lifecycle, status=status),
        labelled(named, success="false" if lifecycle == "start_error" else "true"),
    )


def _agent(workspace: Workspace, agent: Agent) -> Iterator[Exposed]:
    up, connection, script = _agent_labels(
        workspace.owner.username, workspace.name, workspace.template.name, agent.lifecycle, agent.status
    )
    yield "coderd_agents_up", up, agent.status == "connected"
    yield "coderd_agents_connections", connection, 1.0
    if agent.ready_s is not None and agent.started_s is not None:
        yield "coderd_agentstats_startup_script_seconds", script, agent.ready_s - agent.started_s
