"""How many workspaces wait too long for their agent."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import owners, person_count, up
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import minutes
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_TOO_LONG_S = 60.0


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """From the end of the build on; one whose end is not told counts at once."""
    every = facts.get(WORKSPACES) or ()
    late = []
    longest_s = 0.0
    for one in up(every):
        if not any(agent.status == "connecting" for agent in one.agents):
            continue
        waited_s = (facts.now - one.job_completed_at).total_seconds() if one.job_completed_at else _TOO_LONG_S
        if waited_s >= _TOO_LONG_S:
            late.append(one)
            longest_s = max(longest_s, waited_s)
    detail = f"longest {minutes(longest_s)}" if late else ""
    return judged(
        MEASURE,
        facts,
        settings,
        region,
        float(len(late)),
        facts.taken_at(WORKSPACES),
        detail,
        owners(late),
        person_count(every),
    )


MEASURE = Measure(
    id="agents-connecting",
    title="Agents late",
    unit=Unit.COUNT,
    why="Workspaces whose build ended over a minute ago and whose agent has not come: the pod waits for a node or its "
    "image, or cannot reach Coder.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="count$by(max by (username, workspace_name, agent_name$and) "
    '(coderd_agents_connections{status="connecting"}) == 1) or sum$by(coderd_agents_up) * 0',
    alert=AlertRule("images-do-not-pull", hold_s=15),
    limit=lambda _: Limit(
        Step(warn=1, fail=3),
        "ours: a minute is half of what a start may take; the documents name no number",
        by_cue={"introduction": Step(warn=3), "onboarding": Step(warn=3, fail=6)},
    ),
    whole_platform=True,
)
