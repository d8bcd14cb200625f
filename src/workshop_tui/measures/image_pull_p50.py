"""How long a usual image pull takes."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.measure import Measure, Unit
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
    return judged(MEASURE, facts, settings, region, percentile(seconds, 0.5), taken_at, f"of {len(seconds)}")


MEASURE = Measure(
    id="image-pull-p50",
    title="Image pull p50",
    unit=Unit.SECONDS,
    why="How long half of the image pulls took at most, over the last 30 minutes. Far under the p95: some nodes are "
    "slow; near it: the registry is, or the image is large.",
    needs=(POD_EVENTS,),
    value=value,
    origin="pod events",
    query="histogram_quantile(0.5, sum by (le$and) (rate(kubelet_image_pull_duration_seconds_bucket[30m])))",
)
