"""What Coder and the gateway expose: every replica of the server tells the deployment's gauges alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workshop_tui.rehearsal.servers.api_traffic import ApiTraffic
from workshop_tui.rehearsal.servers.promql.store import Labels
from workshop_tui.rehearsal.servers.series.exposition import Exposed, histogram, labelled
from workshop_tui.rehearsal.world import seeded
from workshop_tui.rehearsal.world.workspaces import Agent, Workspace
from workshop_tui.rehearsal.world.world import World


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
        yield from self._provisioners()

    def _merged(self, uid: str, replica: Labels, labels: Labels) -> Labels:
        key = (uid, labels)
        found = self._labels.get(key)
        if found is None:
            found = self._labels[key] = labelled(replica, labels)
        return found

    def _gauges(self) -> Iterator[Exposed]:
        world = self._world
        alive = [one for one in world.workspaces.all.values() if one.latest.status != "deleted"]
        builds = Counter(
            (one.latest.job.status, one.template.name, one.owner.username, one.latest.transition) for one in alive
        )
        for (status, template, owner, transition), count in builds.items():
            labels = (
                ("status", status),
                ("template_name", template),
                ("template_version", "v12"),
                ("workspace_owner", owner),
                ("workspace_transition", transition),
            )
            yield "coderd_workspace_latest_build_status", labels, count
        for one in alive:
            if one.latest.agent is not None:
                yield from _agent(one, one.latest.agent)
        daemons = [daemon for group in world.provisioning.daemons.values() for daemon in group]
        yield "coderd_provisionerd_num_daemons", (), len(daemons)
        busy = sum(daemon.current is not None for daemon in daemons)
        yield "coderd_provisionerd_jobs_current", (("provisioner", "terraform"),), busy
        yield "coderd_api_concurrent_requests", (), self._traffic.open
        for region in world.regions.values():
            if not region.place.is_control_plane:
                proxy_id = seeded.identity(world.seed, "region", region.place.name)
                healthy = 1 if region.server.ready_count else -2
                yield "coderd_proxyhealth_health_check_results", (("proxy_id", proxy_id),), healthy

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

    def _provisioners(self) -> Iterator[Exposed]:
        """Each of them tells its own jobs."""
        region = self._world.control_plane.place.name
        for group in self._world.provisioning.daemons.values():
            for daemon in group:
                if daemon.durations.count:
                    labels = labelled(
                        job="provisionerd",
                        region=region,
                        instance=f"{daemon.name}:2112",
                        provisioner="terraform",
                        status="success",
                    )
                    yield from histogram("coderd_provisionerd_job_timings_seconds", labels, daemon.durations)


def _agent(workspace: Workspace, agent: Agent) -> Iterator[Exposed]:
    who = (("username", workspace.owner.username), ("workspace_name", workspace.name))
    version = (("template_name", workspace.template.name), ("template_version", "v12"))
    connected = agent.status == "connected"
    yield "coderd_agents_up", version + who, connected
    agent_name = (("agent_name", "main"),)
    state = (("lifecycle_state", agent.lifecycle), ("status", agent.status))
    yield "coderd_agents_connections", agent_name + state + who, 1.0
    if agent.ready_s is not None and agent.started_s is not None:
        success = (("success", "false" if agent.lifecycle == "start_error" else "true"),)
        yield "coderd_agentstats_startup_script_seconds", agent_name + success + who, agent.ready_s - agent.started_s
