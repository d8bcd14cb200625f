"""How full the fullest node's ephemeral storage is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from workshop_tui.measures.shared.answer import judge_by, judged, unknown
from workshop_tui.measures.shared.limit import BEFORE, Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import NODE_STORAGE, NODES, PODS
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.promql import NODE_STORAGE_USED
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.thresholds import Thresholds

_QUERY = f"topk$by(1, {NODE_STORAGE_USED})"

_TOLD_WITHIN_S = 3600.0


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    nodes = facts.get(NODE_STORAGE, region.name) or ()
    taken_at = facts.taken_at(NODE_STORAGE, region.name)
    if not nodes:
        return unknown(MEASURE, region, taken_at, "no node tells its storage")
    fullest = max(nodes, key=lambda node: node.used_share)
    pods = facts.get(PODS, region.name)
    outcome = judge_by(MEASURE, facts, settings)
    full = [node for node in nodes if outcome(node.used_share) in (Outcome.WARN, Outcome.FAIL)]
    people = tuple(sorted({person for node in full for person in pods.people_on(node.node)})) if pods else ()
    more = f", {len(full) - 1} more" if len(full) > 1 else ""
    soonest = _soonest_full(nodes, region, facts)
    soon = f"full in {soonest.total_seconds() / 60:.0f} min · " if soonest is not None else ""
    what = f" {fullest.label}" if fullest.label else ""
    detail = f"{soon}{fullest.node.partition('.')[0]}{what}{more}"
    found = judged(
        MEASURE,
        facts,
        settings,
        region,
        fullest.used_share,
        taken_at,
        detail,
        people,
        pods.people_count if pods else 0,
    )
    told = {node.node for node in nodes}
    silent = [node.name for node in facts.get(NODES, region.name) or () if node.name not in told]
    if silent and found.outcome is Outcome.PASS:
        return replace(found, outcome=Outcome.UNKNOWN, detail=f"{len(silent)} nodes do not tell")
    return found


def _soonest_full(nodes: Sequence[NodeStorage], region: Region, facts: Facts) -> timedelta | None:
    """When the first node will be full, as it goes now; None when that is more than an hour away."""
    slopes = facts.storage_slopes
    left_s = [
        max(0, node.available_bytes) / slopes[region.name, node.node]
        for node in nodes
        if (region.name, node.node) in slopes
    ]
    soonest_s = min(left_s, default=_TOLD_WITHIN_S)
    return timedelta(seconds=soonest_s) if soonest_s < _TOLD_WITHIN_S else None


def _limit(thresholds: Thresholds) -> Limit:
    notice, alarm, _ = thresholds.storage_live_shares
    return Limit(
        Step(warn=notice, fail=alarm),
        "runbook: live alerts at 70, 85 and 95 %; validation checklist: under 60 % before",
        by_cue={BEFORE: Step(fail=thresholds.storage_before_share)},
    )


MEASURE = Measure(
    id="node-storage",
    title="Storage, fullest",
    unit=Unit.SHARE,
    why="A node whose ephemeral storage is exhausted restarts its workspaces, and people's work is lost. Before the "
    "workshop every node should be under {thresholds.storage_before_share}; during it "
    "{thresholds.storage_live_shares} are the steps of alarm.",
    needs=(NODE_STORAGE,),
    helps=(NODES, PODS),
    value=value,
    origin="kubelets",
    query=_QUERY,
    limit=_limit,
    alert=AlertRule("workspaces-restart", last_step=lambda thresholds: thresholds.storage_live_shares[2]),
)
