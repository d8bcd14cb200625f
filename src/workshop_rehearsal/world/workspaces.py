"""Workspaces from the ask to the ready agent, through builds and pods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workshop_rehearsal.scenario import Scenario
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.cluster import WORKSPACE_POOL, Cluster
from workshop_rehearsal.world.objects import Kind, Pod, PodTemplate, Workload
from workshop_rehearsal.world.population import Person
from workshop_rehearsal.world.provisioning import Job, Provisioning
from workshop_rehearsal.world.region import PULL_SECRET
from workshop_rehearsal.world.template import Template

NAMESPACES = {"coder": "coder-ws", "experiment": "coder-ws-experiment", "demo": "coder-ws-demo"}
"""Where an organization's workspaces run."""
CONNECTION_TIMEOUT_S = 120.0
"""An agent that has not connected by then is shown as timed out; it may still connect."""


@dataclass(slots=True, eq=False)
class Agent:
    id: str
    created_s: float
    status: str = "connecting"
    lifecycle: str = "created"
    first_connected_s: float | None = None
    last_connected_s: float | None = None
    disconnected_s: float | None = None
    started_s: float | None = None
    ready_s: float | None = None


@dataclass(slots=True, eq=False)
class Build:
    id: str
    number: int
    transition: str
    reason: str
    initiator: Person
    job: Job
    agent: Agent | None = None
    """From the moment that its job made one."""
    deadline_s: float | None = None
    """Of its autostop, when somebody moved it."""

    @property
    def status(self) -> str:
        if self.job.status == "pending":
            return "pending"
        doing, done = {"start": ("starting", "running"), "stop": ("stopping", "stopped")}.get(
            self.transition, ("deleting", "deleted")
        )
        return doing if self.job.status == "running" else done


@dataclass(slots=True, eq=False)
class Workspace:
    id: str
    name: str
    owner: Person
    organization: str
    template: Template
    cluster: Cluster
    created_s: float
    write_bytes_per_s: int
    script_fails: bool = False
    memory_lasts_s: float | None = None
    """Of its first build; see `Workload`."""
    builds: list[Build] = field(default_factory=list)
    """The newest last; a workspace always has one."""
    workload: Workload | None = None
    last_used_s: float = 0.0
    revision: int = 0
    """Counts changes."""

    @property
    def latest(self) -> Build:
        return self.builds[-1]

    @property
    def is_deleted(self) -> bool:
        return self.latest.transition == "delete" and self.latest.job.completed_s is not None

    @property
    def namespace(self) -> str:
        return NAMESPACES[self.organization]


class Workspaces:
    def __init__(self, seed: int, scenario: Scenario, provisioning: Provisioning) -> None:
        self._seed = seed
        self._scenario = scenario
        self._provisioning = provisioning
        self.all: dict[str, Workspace] = {}
        """By id, the deleted ones included."""
        self._builds: dict[str, tuple[Workspace, Build]] = {}
        self._by_owner: dict[str, list[Workspace]] = {}
        self._in_order: list[Workspace] = []
        self.scripts_time_out_in: set[str] = set()
        """Regions where start-up scripts take too long now."""

    def create(
        self,
        owner: Person,
        name: str,
        organization: str,
        template: Template,
        cluster: Cluster,
        write_bytes_per_s: int,
        *,
        script_fails: bool = False,
        memory_lasts_s: float | None = None,
    ) -> Workspace:
        now_s = cluster.timeline.now_s
        identity = seeded.identity(self._seed, "workspace", owner.username, name, len(self.all))
        workspace = Workspace(
            identity,
            name,
            owner,
            organization,
            template,
            cluster,
            now_s,
            write_bytes_per_s,
            script_fails,
            memory_lasts_s,
            last_used_s=now_s,
        )
        self.all[identity] = workspace
        self._by_owner.setdefault(owner.id, []).append(workspace)
        self.build(workspace, "start", "initiator", owner)
        return workspace

    def build(self, workspace: Workspace, transition: str, reason: str, initiator: Person) -> Build:
        """Ask for a build; it waits for a provisioner of the workspace's organization."""
        number = len(workspace.builds) + 1
        build_id = seeded.identity(self._seed, "build", workspace.id, number)
        job = Job(
            seeded.identity(self._seed, "job", workspace.id, number),
            workspace.organization,
            transition,
            workspace.cluster.timeline.now_s,
            build_id,
            workspace.id,
            workspace.name,
            workspace.template.name,
            initiator.id,
            on_done=lambda: self._built(workspace, build),
            on_change=lambda: _touch(workspace),
        )
        build = Build(build_id, number, transition, reason, initiator, job)
        workspace.builds.append(build)
        self._builds[build_id] = (workspace, build)
        _touch(workspace)
        self._provisioning.submit(job)
        return build

    def claim(self, workspace: Workspace, owner: Person, name: str, write_bytes_per_s: int) -> None:
        """A prebuilt workspace becomes somebody's: the same id, and another start build."""
        self._by_owner[workspace.owner.id].remove(workspace)
        workspace.owner, workspace.name, workspace.write_bytes_per_s = owner, name, write_bytes_per_s
        self._by_owner.setdefault(owner.id, []).append(workspace)
        self._in_order = []
        self.build(workspace, "start", "initiator", owner)

    def build_with_id(self, build_id: str) -> tuple[Workspace, Build] | None:
        return self._builds.get(build_id)

    def owned_by(self, person: Person) -> list[Workspace]:
        return self._by_owner.get(person.id, [])

    def in_order(self) -> list[Workspace]:
        """By the names of their owners and their own, the deleted ones included."""
        if len(self._in_order) != len(self.all):
            self._in_order = sorted(self.all.values(), key=lambda one: (one.owner.username, one.name))
        return self._in_order

    def running(self) -> list[Workspace]:
        return [workspace for workspace in self.all.values() if workspace.latest.status == "running"]

    def _built(self, workspace: Workspace, build: Build) -> None:
        cluster = workspace.cluster
        if workspace.workload is not None:
            cluster.remove(workspace.workload)
            workspace.workload = None
        if build.transition != "start":
            return
        agent = Agent(seeded.identity(self._seed, "agent", build.id), cluster.timeline.now_s)
        build.agent = agent
        cluster.timeline.after(CONNECTION_TIMEOUT_S, lambda: self._connection_timed_out(workspace, agent))
        template = workspace.template
        workspace.workload = cluster.apply(
            Kind.DEPLOYMENTS,
            workspace.namespace,
            f"workspace-{workspace.owner.username}-{workspace.name}",
            PodTemplate(
                "dev",
                template.image,
                {
                    "app.kubernetes.io/name": "coder-workspace",
                    "app.kubernetes.io/instance": f"coder-workspace-{workspace.id}",
                    "app.kubernetes.io/part-of": "coder",
                    "com.coder.resource": "true",
                    "com.coder.workspace.id": workspace.id,
                    "com.coder.workspace.name": workspace.name,
                    "com.coder.user.id": workspace.owner.id,
                    "com.coder.user.username": workspace.owner.username,
                },
                template.requests,
                template.limits,
                WORKSPACE_POOL,
                template.image_bytes,
                pull_secrets=(PULL_SECRET,) if template.is_private else (),
            ),
            1,
            write_bytes_per_s=workspace.write_bytes_per_s,
            memory_lasts_s=workspace.memory_lasts_s if build.number == 1 else None,
            on_started=lambda pod: self._pod_started(workspace, agent, pod),
            on_lost=lambda _: self._pod_lost(workspace, agent),
        )

    def _pod_started(self, workspace: Workspace, agent: Agent, pod: Pod) -> None:
        timeline = workspace.cluster.timeline
        random = seeded.stream(self._seed, "startup", pod.uid)
        connect_s = random.uniform(*self._scenario.startup.connect_s)
        script_s = random.uniform(*self._scenario.startup.script_s)

        def connected() -> None:
            agent.status = "connected"
            agent.lifecycle = "starting"
            if agent.first_connected_s is None:
                agent.first_connected_s = timeline.now_s
            agent.last_connected_s = agent.started_s = timeline.now_s
            agent.disconnected_s = agent.ready_s = None
            timeline.after(script_s, _if_alive(pod, ready))

        def ready() -> None:
            agent.lifecycle = "start_error" if workspace.script_fails else "ready"
            if workspace.cluster.region in self.scripts_time_out_in:
                agent.lifecycle = "start_timeout"
            agent.ready_s = agent.last_connected_s = timeline.now_s
            _touch(workspace)

        timeline.after(connect_s, _if_alive(pod, connected, lambda: _touch(workspace)))

    def _connection_timed_out(self, workspace: Workspace, agent: Agent) -> None:
        if agent.status == "connecting" and workspace.latest.agent is agent:
            agent.status = "timeout"
            _touch(workspace)

    def _pod_lost(self, workspace: Workspace, agent: Agent) -> None:
        if agent.first_connected_s is None:
            return
        agent.status = "disconnected"
        agent.disconnected_s = agent.last_connected_s = workspace.cluster.timeline.now_s
        _touch(workspace)


def _if_alive(pod: Pod, *actions: Callable[[], None]) -> Callable[[], None]:
    def act() -> None:
        if not pod.deleted and pod.ended_s is None:
            for action in actions:
                action()

    return act


def _touch(workspace: Workspace) -> None:
    workspace.last_used_s = workspace.cluster.timeline.now_s
    workspace.revision += 1
