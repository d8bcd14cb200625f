"""How many workspaces run."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import NO_WORKSPACES, judged, nothing
from workshop_tui.measures.shared.measure import Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    if not region.namespaces.workspaces:
        return nothing(MEASURE, region, facts.taken_at(PODS, region.name), NO_WORKSPACES)
    pods = facts.get(PODS, region.name)
    alive = len(pods.index.alive) if pods else 0
    ready = alive - len(pods.index.not_ready) if pods else 0
    detail = f"of {alive}" if alive != ready else ""
    return judged(MEASURE, facts, settings, region, float(ready), facts.taken_at(PODS, region.name), detail)


MEASURE = Measure(
    id="concurrent-workspaces",
    title="Workspaces ready",
    unit=Unit.COUNT,
    why="How many people work at once; those behind “of” have a pod that is not ready yet.",
    needs=(PODS,),
    value=value,
    origin="watched pods",
    query='count$by(kube_pod_status_ready{condition="true",namespace=~"coder-ws.*",pod!~"coder.*"} == 1)',
)
