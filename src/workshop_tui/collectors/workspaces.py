"""All workspaces as Coder sees them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from workshop_tui.clients.coder import AgentWire, CoderClient, WorkspaceWire
from workshop_tui.collectors.together import together
from workshop_tui.collectors.who_sees import WhoSees
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder import PREBUILDS, Agent, Workspace
from workshop_tui.model.coder_rights import ALL_WORKSPACES
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.source import SourceKind

_PAGE = 100
_SLICE = 50
"""So many workspaces are mapped before others get their turn: about 2 ms."""
_LONGEST_S = 45.0
"""Between two lists of all: a workspace to which nothing happens is never older than this."""
_SEEN_LATELY_S = 2 * _LONGEST_S
"""What ran in a list of this age and was stopped and started since, ran until just now."""
_BUILDING = ("pending", "starting", "stopping", "canceling", "deleting")
_IDS_AT_ONCE = 50
_SEARCHES = (
    "status:pending",
    "status:starting",
    "has-agent:connecting",
    "has-agent:disconnected",
    "has-agent:timeout",
)
"""One agent status each: before 2.32 Coder takes a list of them for one word, and finds nothing."""


@dataclass(eq=False)
class WorkspacesSource:
    """A long list is asked for less often, an interval for each page; between, those to which something happens."""

    client: CoderClient
    who: WhoSees
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[Workspace, ...]] = WORKSPACES
    now_s: Callable[[], float] = time.monotonic
    _known: dict[str, Workspace] = field(default_factory=dict)
    _listed_s: float = float("-inf")
    _list_next_s: float = float("-inf")

    async def collect(self) -> tuple[Workspace, ...]:
        await self.who.prove(ALL_WORKSPACES)
        if self.now_s() >= self._list_next_s or not await self._look_at_those_in_flight():
            await self._list()
        return tuple(self._known.values())

    async def _list(self) -> None:
        asked_at_s = self.now_s()
        known: dict[str, Workspace] = {}
        for number, wire in enumerate(await self.client.workspaces()):
            if number % _SLICE == 0:
                await asyncio.sleep(0)
            known[wire.id] = self._followed(wire)
        self._known, self._listed_s = known, asked_at_s
        pages = math.ceil(len(self._known) / _PAGE)
        wait_s = min(_LONGEST_S, self.interval_s * pages) if pages > 1 else 0.0
        self._list_next_s = asked_at_s + wait_s

    async def _look_at_those_in_flight(self) -> bool:
        """Builds, agents and start-up scripts under way, and what became of them. False: Coder cannot search so."""
        try:
            answers = await together(self.client.workspaces(search) for search in _SEARCHES)
            seen = {wire.id: self._followed(wire) for wires in answers for wire in wires}
            unseen = [one.id for one in self._known.values() if _in_flight(one) and one.id not in seen]
            groups = [unseen[i : i + _IDS_AT_ONCE] for i in range(0, len(unseen), _IDS_AT_ONCE)]
            told = await together(self.client.workspaces(f"id:{','.join(group)}") for group in groups)
        except SourceError as error:
            if error.kind is not ErrorKind.MALFORMED:
                raise
            return False
        seen |= {wire.id: self._followed(wire) for wires in told for wire in wires}
        gone = set(unseen) - set(seen)
        known = {name: one for name, one in self._known.items() if name not in gone}
        self._known = {**known, **seen}
        return True

    def _followed(self, wire: WorkspaceWire) -> Workspace:
        """The one that we know while nothing has changed."""
        found, before = workspace_of(wire), self._known.get(wire.id)
        if before is None:
            return found
        lately = self.now_s() - self._listed_s <= _SEEN_LATELY_S
        if (ran_until := _ran_until(found, before, seen_lately=lately)) is not None:
            found = replace(found, ran_until=ran_until)
        return before if before == found else found


def _ran_until(found: Workspace, before: Workspace, *, seen_lately: bool) -> datetime | None:
    if found.build_number == before.build_number:
        return before.ran_until
    if before.prebuild:  # nobody worked in it: its claim is a second start of the same workspace
        return None
    if before.transition != "start":
        return before.job_completed_at or before.created_at
    if before.status != "running":  # the run that its start ended, if any
        return before.ran_until
    return found.created_at if seen_lately or found.build_number == before.build_number + 1 else None


def _in_flight(workspace: Workspace) -> bool:
    if workspace.status in _BUILDING:
        return True
    return workspace.status == "running" and any(
        agent.status != "connected" or (agent.ready_at is None and agent.lifecycle in ("created", "starting", ""))
        for agent in workspace.agents
    )


def workspace_of(wire: WorkspaceWire) -> Workspace:
    build = wire.latest_build
    agents = [agent for resource in build.resources or () for agent in resource.own_agents]
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
        reason=build.reason,
        job_started_at=parse_time(build.job.started_at),
        job_completed_at=parse_time(build.job.completed_at),
        job_error=build.job.error or "",
        queue_position=build.job.queue_position,
        queue_size=build.job.queue_size,
        healthy=wire.health.healthy,
        deadline_at=parse_time(build.deadline),
        daily_cost=build.daily_cost,
        agents=tuple(_agent(agent) for agent in agents),
        prebuild=wire.is_prebuild or wire.owner_name == PREBUILDS,
    )


def _agent(wire: AgentWire) -> Agent:
    return Agent(
        name=wire.name,
        status=wire.status,
        lifecycle=wire.lifecycle_state,
        first_connected_at=parse_time(wire.first_connected_at),
        started_at=parse_time(wire.started_at),
        ready_at=parse_time(wire.ready_at),
    )
