"""How many workspaces came up with a start-up script that failed."""

from __future__ import annotations

from datetime import datetime

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import owners, person_count, up
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import recent
from workshop_tui.model.coder import Agent, Workspace
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the last half hour, a restarted agent's too; people are their owners."""
    every = facts.get(WORKSPACES) or ()
    failed = {one.id: (one, agents) for one in up(every) if (agents := _failed(one, facts.now))}
    late = sum(any(agent.lifecycle == "start_timeout" for agent in agents) for _, agents in failed.values())
    detail = f"{late} timed out" if late else ""
    people = owners([one for one, _ in failed.values()])
    taken_at = facts.taken_at(WORKSPACES)
    number = float(len(failed))
    return judged(MEASURE, facts, settings, region, number, taken_at, detail, people, person_count(every))


def _failed(workspace: Workspace, now: datetime) -> list[Agent]:
    """One that nobody dates counts: it is there now."""
    found = []
    for agent in workspace.agents:
        ended_at = agent.ready_at or workspace.created_at
        if agent.script_failed and (ended_at is None or recent(ended_at, now)):
            found.append(agent)
    return found


MEASURE = Measure(
    id="scripts-failed",
    title="Start-up scripts failed",
    unit=Unit.COUNT,
    why="Workspaces that run and look ready, but whose start-up script failed or took too long in the last 30 minutes: "
    "tools or files that the exercise needs are missing. The agent's log in Coder says which step it was.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    alert=AlertRule(hold_s=15),
    limit=lambda _: Limit(Step(warn=1), "ours: one may be a person's own dotfiles; the documents name no number"),
    whole_platform=True,
)
