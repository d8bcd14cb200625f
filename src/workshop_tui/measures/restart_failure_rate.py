"""Which share of the workspaces restarted or failed in the last half hour."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import NO_WORKSPACES, judged, nothing
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import lately_evicted, recent
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS, PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.pods import hit_times, owners_of, workspace_of
from workshop_tui.model.promql import workspaces_restarted
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the workspaces that have a pod now, evicted and failed ones included: each counts once."""
    if not region.namespaces.workspaces:
        return nothing(MEASURE, region, facts.taken_at(PODS, region.name), NO_WORKSPACES)
    pods = facts.get(PODS, region.name)
    taken_at = facts.taken_at(PODS, region.name)
    if pods is None or not (seen := pods.index.workspaces):
        return nothing(MEASURE, region, taken_at, "none started")
    evicted = lately_evicted(facts, region)
    lately = [
        pod
        for pod in pods.index.hit.values()
        if any(recent(at, facts.now) for at in hit_times(pod)) or (pod.namespace, pod.name) in evicted
    ]
    hit = {workspace_of(pod) for pod in lately}
    detail = f"{len(hit)} of {len(seen)}" if hit else ""
    return judged(
        MEASURE, facts, settings, region, len(hit) / len(seen), taken_at, detail, owners_of(lately), pods.people_count
    )


MEASURE = Measure(
    id="restart-failure-rate",
    title="Restarts, failures",
    unit=Unit.SHARE,
    why="The share of workspaces whose pod restarted, was evicted or failed in the last 30 minutes; the target is "
    "under {thresholds.restart_failure_share}.",
    needs=(PODS,),
    helps=(POD_EVENTS,),
    value=value,
    origin="watched pods",
    query=workspaces_restarted("coder-ws.*"),
    limit=lambda thresholds: Limit(Step(fail=thresholds.restart_failure_share), "targets: under 2 %"),
    alert=AlertRule("workspaces-restart"),
)
