"""Which share of the workspaces restarted or failed."""

from __future__ import annotations

from workshop_tui.measures.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Region, Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the workspaces that have a pod now, evicted and failed ones included: each counts once."""
    pods = facts.get(PODS, region.name)
    taken_at = facts.taken_at(PODS, region.name)
    seen, hit = (pods.index.workspaces, pods.index.hit) if pods else ({}, {})
    if not seen:
        return MeasureValue(MEASURE.id, region.name, 0.0, Outcome.PASS, taken_at, "none started")
    share = len(hit) / len(seen)
    outcome = Outcome.FAIL if share >= settings.thresholds.restart_failure_share else Outcome.PASS
    detail = f"{len(hit)} of {len(seen)}" if hit else ""
    return MeasureValue(MEASURE.id, region.name, share, outcome, taken_at, detail)


MEASURE = Measure(
    id="restart-failure-rate",
    title="Restarts, failures",
    unit=Unit.SHARE,
    why="The share of workspaces whose pod restarted, was evicted or failed; the target is under 2 %.",
    needs=(PODS,),
    value=value,
    order=3,
    alert=AlertRule("workspaces-restart"),
)
