"""All workspaces as Coder sees them."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.coder import AgentWire, CoderClient, WorkspaceWire
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.coder import Agent, Workspace
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class WorkspacesSource:
    client: CoderClient
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[Workspace, ...]] = WORKSPACES

    async def collect(self) -> tuple[Workspace, ...]:
        return tuple(workspace_of(wire) for wire in await self.client.workspaces())


def workspace_of(wire: WorkspaceWire) -> Workspace:
    build = wire.latest_build
    agents = [agent for resource in build.resources or () for agent in resource.agents or ()]
    return Workspace(
        id=wire.id,
        name=wire.name,
        owner=wire.owner_name,
        organization=wire.organization_name,
        template=wire.template_name,
        status=build.status,
        transition=build.transition,
        build_number=build.build_number,
        created_at=parse_time(build.created_at),
        job_started_at=parse_time(build.job.started_at),
        job_completed_at=parse_time(build.job.completed_at),
        job_error=build.job.error or "",
        queue_position=build.job.queue_position,
        queue_size=build.job.queue_size,
        healthy=wire.health.healthy,
        deadline_at=parse_time(build.deadline),
        daily_cost=build.daily_cost,
        agents=tuple(_agent(agent) for agent in agents),
    )


def _agent(wire: AgentWire) -> Agent:
    return Agent(
        name=wire.name,
        status=wire.status,
        lifecycle=wire.lifecycle_state,
        first_connected_at=parse_time(wire.first_connected_at),
        ready_at=parse_time(wire.ready_at),
    )
