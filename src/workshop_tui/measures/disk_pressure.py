"""How many nodes say that their disk is short."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, unknown
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import NODES, PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """A node whose kubelet is silent does not tell, and is not well."""
    nodes = facts.get(NODES, region.name) or ()
    taken_at = facts.taken_at(NODES, region.name)
    pressed = [node.name for node in nodes if node.disk_pressure]
    silent = sum(node.disk_pressure is None for node in nodes)
    if not nodes or (silent and not pressed):
        return unknown(MEASURE, region, taken_at, f"{silent} nodes do not tell" if nodes else "no node is there")
    pods = facts.get(PODS, region.name)
    people = tuple(sorted({person for name in pressed for person in pods.people_on(name)})) if pods else ()
    people_of = pods.people_count if pods else 0
    detail = min(pressed) if pressed else ""
    return judged(MEASURE, facts, settings, region, float(len(pressed)), taken_at, detail, people, people_of)


MEASURE = Measure(
    id="disk-pressure",
    title="Nodes short of disk",
    unit=Unit.COUNT,
    why="A node with DiskPressure takes no new workspace and evicts those that it has.",
    needs=(NODES,),
    helps=(PODS,),
    value=value,
    origin="watched nodes",
    query='sum$by(kube_node_status_condition{condition="DiskPressure",status="true"})',
    alert=AlertRule("workspaces-restart"),
    limit=lambda _: Limit(Step(fail=1), "targets: no storage contention event"),
)
