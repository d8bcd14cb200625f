"""How long a new node has been on its way."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import KARPENTER
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Seconds of the oldest claim that is not ready; 0 where none is on its way."""
    karpenter = facts.get(KARPENTER, region.name)
    coming = [claim for claim in (karpenter.claims if karpenter else ()) if not claim.ready]
    since = [claim.created_at for claim in coming if claim.created_at is not None]
    oldest_s = max(0.0, (facts.now - min(since)).total_seconds()) if since else 0.0
    detail = f"{len(coming)} on the way" if coming else ""
    return judged(MEASURE, facts, settings, region, oldest_s, facts.taken_at(KARPENTER, region.name), detail)


MEASURE = Measure(
    id="node-claims",
    title="Nodes on their way",
    unit=Unit.SECONDS,
    why="How long the oldest of Karpenter's NodeClaims has waited for its node. A node takes one to three minutes; "
    "what takes longer has no capacity, no quota or no network.",
    needs=(KARPENTER,),
    value=value,
    origin="Karpenter",
    alert=AlertRule("resource-contention"),
    limit=lambda _: Limit(
        Step(warn=180, fail=600), "ours: a node comes within three minutes; no document names a limit"
    ),
)
