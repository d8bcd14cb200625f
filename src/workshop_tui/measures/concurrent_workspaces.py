"""How many workspaces run."""

from __future__ import annotations

from workshop_tui.measures.measure import Measure, Unit
from workshop_tui.measures.workspace_pods import workspace_pods
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Region, Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    alive = [
        pod
        for pod in workspace_pods(facts.get(PODS, region.name) or (), region)
        if pod.phase in ("Running", "Pending") and not pod.deleting
    ]
    ready = sum(pod.phase == "Running" and pod.ready for pod in alive)
    return MeasureValue(
        MEASURE.id,
        region.name,
        float(ready),
        Outcome.PASS,
        facts.taken_at(PODS, region.name),
        f"of {len(alive)}" if len(alive) != ready else "",
    )


MEASURE = Measure(
    id="concurrent-workspaces",
    title="Workspaces ready",
    unit=Unit.COUNT,
    why="How many people work at once; those behind “of” have a pod that is not ready yet.",
    needs=(PODS,),
    value=value,
    order=1,
)
