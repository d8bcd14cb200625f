"""How long the slowest starts take."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.builds import longest_stage, owners, person_count, starts
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import percentile
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Those that are overdue count with what they have taken so far."""
    every = facts.get(WORKSPACES) or ()
    found = starts(every, facts.now, settings.thresholds.start_time_s)
    taken_at = facts.taken_at(WORKSPACES)
    if not found:
        return nothing(MEASURE, region, taken_at, "no start in 30 min")
    p95 = percentile((one.took.total_s for one in found), 0.95)
    from_s = min(p95, settings.thresholds.start_time_s)
    slow = [one for one in found if one.took.total_s >= from_s]
    waiting = [one.workspace for one in slow if not one.ready]
    stage = longest_stage(slow)
    detail = f"of {len(found)}" + (f", {stage[1]:.0%} {stage[0]}" if stage else "")
    return judged(MEASURE, facts, settings, region, p95, taken_at, detail, owners(waiting), person_count(every))


MEASURE = Measure(
    id="start-time-p95",
    title="Start time p95",
    unit=Unit.SECONDS,
    why="How long the slowest of twenty starts took, and the stage that took most of it. Starts that should be ready "
    "and are not count with what they have taken so far.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="histogram_quantile(0.95, sum by (le$and) (rate(coderd_template_workspace_build_duration_seconds_bucket"
    '{transition="start"}[30m])))',
    alert=AlertRule("resource-contention", hold_s=30),
    limit=lambda thresholds: Limit(
        Step(warn=thresholds.start_time_s, fail=2 * thresholds.start_time_s),
        "as the median's, by the target for the average start: a looser one were good while the median is bad",
    ),
    whole_platform=True,
)
