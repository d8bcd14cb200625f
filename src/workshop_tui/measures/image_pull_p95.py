"""How long people wait for images."""

from __future__ import annotations

import math
from datetime import timedelta

from workshop_tui.measures.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Region, Settings

_WINDOW = timedelta(minutes=30)


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    events = facts.get(POD_EVENTS, region.name)
    taken_at = facts.taken_at(POD_EVENTS, region.name)
    since = facts.now - _WINDOW
    seconds = sorted(
        pull.seconds
        for pull in (events.pulls if events else ())
        if pull.finished_at >= since and pull.pod_namespace in region.namespaces.workspaces
    )
    if not seconds:
        return MeasureValue(MEASURE.id, region.name, None, Outcome.NOT_APPLICABLE, taken_at, "no pull in 30 min")
    p95 = seconds[max(0, math.ceil(len(seconds) * 0.95) - 1)]
    outcome = Outcome.WARN if p95 > settings.thresholds.image_pull_p95_s else Outcome.PASS
    return MeasureValue(MEASURE.id, region.name, p95, outcome, taken_at, f"of {len(seconds)}")


MEASURE = Measure(
    id="image-pull-p95",
    title="Image pull p95",
    unit=Unit.SECONDS,
    why="How long the slowest of twenty image pulls took, waiting included, over the last 30 minutes.",
    needs=(POD_EVENTS,),
    value=value,
    order=4,
    alert=AlertRule("images-do-not-pull"),
)
