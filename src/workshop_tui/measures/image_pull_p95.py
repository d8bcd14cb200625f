"""How long people wait for images."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.pulls import pull_seconds
from workshop_tui.measures.shared.window import percentile
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    taken_at = facts.taken_at(POD_EVENTS, region.name)
    seconds = pull_seconds(facts, region)
    if not seconds:
        return nothing(MEASURE, region, taken_at, "no pull in 30 min")
    p95 = percentile(seconds, 0.95)
    return judged(MEASURE, facts, settings, region, p95, taken_at, f"of {len(seconds)}")


MEASURE = Measure(
    id="image-pull-p95",
    title="Image pull p95",
    unit=Unit.SECONDS,
    why="How long the slowest of twenty image pulls took, waiting included, over the last 30 minutes.",
    needs=(POD_EVENTS,),
    value=value,
    origin="pod events",
    query="histogram_quantile(0.95, sum by (le$and) (rate(kubelet_image_pull_duration_seconds_bucket[30m])))",
    limit=lambda thresholds: Limit(Step(warn=thresholds.image_pull_p95_s), "ours: half of what a start may take"),
    alert=AlertRule("images-do-not-pull"),
)
