"""How many running workspaces have lost their agent."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import owners, person_count, up
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_LOST = ("disconnected", "timeout")


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    every = facts.get(WORKSPACES) or ()
    there = up(every)
    lost = [one for one in there if any(agent.status in _LOST for agent in one.agents)]
    never = sum(any(agent.status == "timeout" for agent in one.agents) for one in lost)
    detail = f"of {len(there)}" + (f", {never} never came" if never else "") if lost else ""
    return judged(
        MEASURE,
        facts,
        settings,
        region,
        float(len(lost)),
        facts.taken_at(WORKSPACES),
        detail,
        owners(lost),
        person_count(every),
    )


MEASURE = Measure(
    id="agents-lost",
    title="Agents lost",
    unit=Unit.COUNT,
    why="Workspaces that run in Coder's eyes but whose agent went away or never came: their people see a page that "
    "says offline.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="count$by(max by (username, workspace_name, agent_name$and) "
    '(coderd_agents_connections{status=~"disconnected|timeout"}) == 1) or sum$by(coderd_agents_up) * 0',
    alert=AlertRule("workspaces-restart", hold_s=20),
    limit=lambda _: Limit(Step(warn=1, fail=3), "ours: one may be a person's own doing; the documents name no number"),
    whole_platform=True,
)
