"""Which share of the workspace nodes' memory is asked for."""

from __future__ import annotations

from workshop_tui.measures.shared.limit import BEFORE, Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.requested import requested_share
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import NODES, PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    return requested_share(MEASURE, facts, settings, region, lambda node: node.allocatable_memory_bytes, 1)


MEASURE = Measure(
    id="memory-requested",
    title="Memory asked for",
    unit=Unit.SHARE,
    why="The share of the workspace nodes' allocatable memory that pods of the watched namespaces have asked for; "
    "others, as DaemonSets, come on top. When it is full, the next workspace waits for a new node.",
    needs=(NODES, PODS),
    value=value,
    origin="watched pods",
    query='sum$by(kube_pod_container_resource_requests{resource="memory"}) / '
    '(sum$by(kube_node_status_allocatable{resource="memory"}) > 0)',
    alert=AlertRule("resource-contention", hold_s=60),
    limit=lambda thresholds: Limit(
        Step(warn=0.9),
        "validation checklist: headroom over 30 % before; in the session 90 % is ours",
        by_cue={BEFORE: Step(fail=1 - thresholds.headroom_share)},
    ),
)
