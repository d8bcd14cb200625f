"""How many workspaces were killed for their memory in the last half hour."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import NO_WORKSPACES, judged, nothing
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import recent
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.pods import out_of_memory_times, owners_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the pods that are there now, by the current or the last state of their containers."""
    if not region.namespaces.workspaces:
        return nothing(MEASURE, region, facts.taken_at(PODS, region.name), NO_WORKSPACES)
    pods = facts.get(PODS, region.name)
    every = pods.index.out_of_memory.values() if pods else ()
    killed = [pod for pod in every if any(recent(at, facts.now) for at in out_of_memory_times(pod))]
    taken_at = facts.taken_at(PODS, region.name)
    people_of = pods.people_count if pods else 0
    detail = min(pod.name for pod in killed) if killed else ""
    return judged(MEASURE, facts, settings, region, float(len(killed)), taken_at, detail, owners_of(killed), people_of)


MEASURE = Measure(
    id="oom-kills",
    title="Out of memory, 30 min",
    unit=Unit.COUNT,
    why="Workspaces of which a container was killed because it wanted more memory than its limit: the exercise needs "
    "more, or something leaks.",
    needs=(PODS,),
    value=value,
    origin="watched pods",
    query='sum$by(kube_pod_container_status_last_terminated_reason{reason="OOMKilled",namespace=~"coder-ws.*"})',
    alert=AlertRule("workspaces-restart"),
    limit=lambda _: Limit(Step(warn=1, fail=3), "ours: one may be a person's own doing; the documents name no number"),
)
