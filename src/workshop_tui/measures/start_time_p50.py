"""How long a usual start takes."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.builds import longest_stage, starts
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import percentile
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    every = facts.get(WORKSPACES) or ()
    found = starts(every, facts.now, settings.thresholds.start_time_s)
    taken_at = facts.taken_at(WORKSPACES)
    if not found:
        return nothing(MEASURE, region, taken_at, "no start in 30 min")
    stage = longest_stage(found)
    detail = f"of {len(found)}" + (f", {stage[1]:.0%} {stage[0]}" if stage else "")
    return judged(
        MEASURE, facts, settings, region, percentile((one.took.total_s for one in found), 0.5), taken_at, detail
    )


MEASURE = Measure(
    id="start-time-p50",
    title="Start time p50",
    unit=Unit.SECONDS,
    why="From asking for a workspace until it is ready, half of them faster; and the stage that takes most of it: the "
    "queue, provisioning (Terraform), image and agent, or the start-up script. The target is under "
    "{thresholds.start_time_s}.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="histogram_quantile(0.5, sum by (le$and) (rate(coderd_template_workspace_build_duration_seconds_bucket"
    '{transition="start"}[30m])))',
    alert=AlertRule("resource-contention", hold_s=30),
    limit=lambda thresholds: Limit(
        Step(warn=thresholds.start_time_s, fail=2 * thresholds.start_time_s),
        "targets: average workspace start under 2 minutes; twice that is ours",
    ),
    whole_platform=True,
)
