"""How long a usual build keeps its provisioner busy."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.measure import Measure, Unit
from workshop_tui.measures.shared.window import percentile, recent, seconds_between
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of starts that went through."""
    taken_at = facts.taken_at(WORKSPACES)
    found = [
        seconds
        for one in facts.get(WORKSPACES) or ()
        if one.transition == "start"
        and one.status == "running"
        and recent(one.job_completed_at, facts.now)
        and (seconds := seconds_between(one.job_started_at, one.job_completed_at)) is not None
    ]
    if not found:
        return nothing(MEASURE, region, taken_at, "no build in 30 min")
    return judged(MEASURE, facts, settings, region, percentile(found, 0.5), taken_at, f"of {len(found)}")


MEASURE = Measure(
    id="build-time-p50",
    title="Build time p50",
    unit=Unit.SECONDS,
    why="How long half of the builds that started a workspace kept a provisioner busy, over the last 30 minutes. The "
    "next workshop's capacity plan computes its queue from it.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    whole_platform=True,
)
