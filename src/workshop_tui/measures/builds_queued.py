"""How many builds wait for a provisioner."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import owners, person_count, queued
from workshop_tui.measures.shared.limit import BEFORE, Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import minutes
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    every = facts.get(WORKSPACES) or ()
    waiting = queued(every)
    since = [one.created_at for one in waiting if one.created_at is not None]
    detail = f"oldest {minutes((facts.now - min(since)).total_seconds())}" if since else ""
    return judged(
        MEASURE,
        facts,
        settings,
        region,
        float(len(waiting)),
        facts.taken_at(WORKSPACES),
        detail,
        owners(waiting),
        person_count(every),
    )


MEASURE = Measure(
    id="builds-queued",
    title="Builds queued",
    unit=Unit.COUNT,
    why="One provisioner does one build at a time: who waits here has no workspace yet. A queue is normal while "
    "everybody starts, and an incident in the exercise.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="sum$by(max by (workspace_owner, template_name, template_version$and) "
    '(coderd_workspace_latest_build_status{status="pending"})) or sum$by(coderd_provisionerd_num_daemons) * 0',
    alert=AlertRule("resource-contention", hold_s=30),
    limit=lambda _: Limit(
        Step(warn=1, fail=4),
        "postmortem of 30 September 2024: four builds queued ten minutes in; the bounds of the other cues are ours",
        by_cue={"introduction": Step(warn=10), "onboarding": Step(warn=4, fail=10), BEFORE: Step(warn=4)},
    ),
    whole_platform=True,
)
