"""How many workspaces were evicted."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import NO_WORKSPACES, judged, nothing
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import lately_evicted
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS, PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.pods import owners_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_EVICTED = 'kube_pod_status_reason{reason="Evicted"}'
_POD = "max by (namespace, pod, uid$and) "
_QUERY = (
    f"count$by({_POD}(max_over_time({_EVICTED}[30m])) > 0 unless {_POD}({_EVICTED} offset 30m) > 0) "
    f"or sum$by({_EVICTED}) * 0"
)
"""Those that are evicted, or were until they went, and were not half an hour ago: a pod that is kept tells no time."""


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """By the events, since not every pod says when; whose it was, the pod tells as long as it is kept."""
    if not region.namespaces.workspaces:
        return nothing(MEASURE, region, facts.taken_at(POD_EVENTS, region.name), NO_WORKSPACES)
    gone = lately_evicted(facts, region)
    pods = facts.get(PODS, region.name)
    kept = [pod for pod in pods.index.evicted.values() if (pod.namespace, pod.name) in gone] if pods else []
    taken_at = facts.taken_at(POD_EVENTS, region.name)
    detail = sorted(name for _, name in gone)[0] if gone else ""
    people_of = pods.people_count if pods else 0
    return judged(MEASURE, facts, settings, region, float(len(gone)), taken_at, detail, owners_of(kept), people_of)


MEASURE = Measure(
    id="evictions",
    title="Evicted in 30 min",
    unit=Unit.COUNT,
    why="A node that runs out of disk or memory throws out workspaces, and what was not saved is lost.",
    needs=(POD_EVENTS,),
    helps=(PODS,),
    value=value,
    origin="pod events",
    query=_QUERY,
    alert=AlertRule("workspaces-restart"),
    limit=lambda _: Limit(Step(fail=1), "targets: no storage contention event"),
)
