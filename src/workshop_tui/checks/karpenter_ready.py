"""Karpenter can bring nodes when people come.

What: Each NodePool says that it is ready and has some of its limits left; each NodeClaim is ready within 15 minutes,
after which Karpenter gives it up. A region without Karpenter is not applicable by setting.

Why: The first workspaces fill the nodes that are there; the others wait for what Karpenter brings, or wait for ever.

Fix: Read the pool's conditions, raise its limits, or delete the claim that hangs; then look at the controller's log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import KARPENTER
from workshop_tui.model.kubernetes import NodeClaim, NodePool
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_GIVEN_UP_AFTER = timedelta(minutes=15)


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    for region in settings.region:
        karpenter = facts.get(KARPENTER, region.name)
        if karpenter is None:
            continue
        if not karpenter.pools:
            yield Finding("NodePools", Outcome.FAIL, "there is none, so no node can come", region.name)
        for pool in karpenter.pools:
            yield _pool(pool, region)
        hanging = [claim for claim in karpenter.claims if claim.ready is not True]
        for claim in hanging:
            yield _claim(claim, region, facts.now)
        if karpenter.claims and not hanging:
            message = f"{len(karpenter.claims)} claims, none hangs"
            yield Finding("NodeClaims", Outcome.PASS, message, region.name)


def _pool(pool: NodePool, region: Region) -> Finding:
    evidence = [("nodes", str(pool.node_count))]
    if pool.cpu_limit_cores is not None:
        evidence.append(("CPU", f"{pool.cpu_used_cores:.0f} of {pool.cpu_limit_cores:.0f}"))
    rows = tuple(evidence)
    describe = f"kubectl --context {region.context} describe nodepool {pool.name}"
    if pool.ready is None:
        return Finding(pool.name, Outcome.UNKNOWN, pool.why_not, region.name, rows)
    if not pool.ready:
        remedy = Remedy("Read its conditions and mend what they name.", describe)
        return Finding(pool.name, Outcome.FAIL, f"not ready: {pool.why_not}", region.name, rows, remedy)
    full = (pool.cpu_limit_cores is not None and pool.cpu_used_cores >= pool.cpu_limit_cores) or (
        pool.node_limit is not None and pool.node_count >= pool.node_limit
    )
    if full:
        remedy = Remedy("Raise its limits, or accept that no node comes.", describe)
        return Finding(pool.name, Outcome.WARN, "at its limit: it brings no more nodes", region.name, rows, remedy)
    return Finding(pool.name, Outcome.PASS, f"ready, {pool.node_count} nodes", region.name, rows)


def _claim(claim: NodeClaim, region: Region, now: datetime) -> Finding:
    age = now - claim.created_at if claim.created_at else None
    old = age is None or age > _GIVEN_UP_AFTER
    message = f"not ready{f' after {short(age)}' if age else ''}: {claim.why_not}"
    command = f"kubectl --context {region.context} describe nodeclaim {claim.name}"
    remedy = Remedy("Read its conditions; delete it when it hangs for good.", command)
    outcome = Outcome.FAIL if old else Outcome.WARN
    return Finding(claim.name, outcome, message, region.name, (("pool", claim.pool),), remedy)


CHECK = Check(
    id="karpenter-ready",
    title="Karpenter can bring nodes when people come",
    needs=(KARPENTER,),
    judge=judge,
)
