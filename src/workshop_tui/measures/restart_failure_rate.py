"""Which share of the workspaces restarted or failed."""

from __future__ import annotations

from workshop_tui.measures.answer import judged
from workshop_tui.measures.limit import Limit, Step
from workshop_tui.measures.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.promql import workspaces_restarted
from workshop_tui.settings import Region, Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the workspaces that have a pod now, evicted and failed ones included: each counts once."""
    pods = facts.get(PODS, region.name)
    taken_at = facts.taken_at(PODS, region.name)
    seen, hit = (pods.index.workspaces, pods.index.hit) if pods else ({}, {})
    if not seen:
        return MeasureValue(MEASURE.id, region.name, 0.0, Outcome.PASS, taken_at, "none started")
    detail = f"{len(hit)} of {len(seen)}" if hit else ""
    people = tuple(sorted({owner for owner, _ in hit if owner}))
    return judged(MEASURE, facts, settings, region, len(hit) / len(seen), taken_at, detail, people, len(seen))


MEASURE = Measure(
    id="restart-failure-rate",
    title="Restarts, failures",
    unit=Unit.SHARE,
    why="The share of workspaces whose pod restarted, was evicted or failed; the target is under 2 %.",
    needs=(PODS,),
    value=value,
    order=3,
    origin="watched pods",
    query=workspaces_restarted("coder-ws.*"),
    limit=lambda thresholds: Limit(Step(fail=thresholds.restart_failure_share), "targets: under 2 %"),
    alert=AlertRule("workspaces-restart"),
)
