"""How many running workspaces have all their agents connected."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import up
from workshop_tui.measures.shared.measure import Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    every = facts.get(WORKSPACES) or ()
    with_agents = [one for one in up(every) if one.agents]
    connected = sum(all(agent.status == "connected" for agent in one.agents) for one in with_agents)
    detail = f"of {len(with_agents)}" if connected != len(with_agents) else ""
    return judged(MEASURE, facts, settings, region, float(connected), facts.taken_at(WORKSPACES), detail)


MEASURE = Measure(
    id="agents-connected",
    title="Agents connected",
    unit=Unit.COUNT,
    why="How many workspaces people can work in: built, and their agent speaks with Coder.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="count$by(max by (username, workspace_name, agent_name$and) "
    '(coderd_agents_connections{status="connected"}) == 1)',
    whole_platform=True,
)
