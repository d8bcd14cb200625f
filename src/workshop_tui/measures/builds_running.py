"""How many builds are being worked on."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import building
from workshop_tui.measures.shared.measure import Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    every = facts.get(WORKSPACES) or ()
    running = building(every)
    ends = sum(one.transition != "start" for one in running)
    detail = f"{ends} of them stop or delete" if ends else ""
    return judged(MEASURE, facts, settings, region, float(len(running)), facts.taken_at(WORKSPACES), detail)


MEASURE = Measure(
    id="builds-running",
    title="Builds running",
    unit=Unit.COUNT,
    why="What the provisioners work on now. Stops and deletes take the same provisioners as starts.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="sum$by(coderd_provisionerd_jobs_current)",
    whole_platform=True,
)
