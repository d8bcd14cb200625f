"""How full the fullest node's ephemeral storage is."""

from __future__ import annotations

from workshop_tui.measures.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import NODE_STORAGE, NODES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Region, Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    nodes = facts.get(NODE_STORAGE, region.name) or ()
    taken_at = facts.taken_at(NODE_STORAGE, region.name)
    if not nodes:
        return MeasureValue(MEASURE.id, region.name, None, Outcome.UNKNOWN, taken_at, "no node tells its storage")
    fullest = max(nodes, key=lambda node: node.used_share)
    share = fullest.used_share
    notice, alarm, _ = settings.thresholds.storage_live_shares
    before = facts.workshop is not None and facts.now < facts.workshop.starts_at
    told = {node.node for node in nodes}
    silent = [node.name for node in facts.get(NODES, region.name) or () if node.name not in told]
    if before:
        outcome = Outcome.FAIL if share >= settings.thresholds.storage_before_share else Outcome.PASS
    else:
        outcome = Outcome.FAIL if share >= alarm else Outcome.WARN if share >= notice else Outcome.PASS
    if silent and outcome is Outcome.PASS:
        return MeasureValue(
            MEASURE.id, region.name, share, Outcome.UNKNOWN, taken_at, f"{len(silent)} nodes do not tell"
        )
    return MeasureValue(MEASURE.id, region.name, share, outcome, taken_at, fullest.node)


MEASURE = Measure(
    id="node-storage",
    title="Storage, fullest",
    unit=Unit.SHARE,
    why="A node whose ephemeral storage is exhausted restarts its workspaces, and people's work is lost. Before the "
    "workshop every node should be under 60 %; during it 70, 85 and 95 % are the steps of alarm.",
    needs=(NODE_STORAGE,),
    helps=(NODES,),
    value=value,
    order=2,
    alert=AlertRule("workspaces-restart"),
)
