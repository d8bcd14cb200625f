"""Karpenter's pools and claims of a region."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import ConditionWire, DisruptionBudgetWire, NodeClaimWire, NodePoolWire
from workshop_tui.collectors.quantity import parse_bytes, parse_quantity
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import KARPENTER
from workshop_tui.model.kubernetes import DisruptionBudget, Karpenter, NodeClaim, NodePool
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region

_GROUP = "/apis/karpenter.sh/v1"


@dataclass(frozen=True)
class KarpenterSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 30
    timeout_s: float = 15
    kind: SourceKind[Karpenter] = KARPENTER

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> Karpenter:
        try:
            pools, claims = await asyncio.gather(
                self.cluster.list_all(f"{_GROUP}/nodepools", NodePoolWire),
                self.cluster.list_all(f"{_GROUP}/nodeclaims", NodeClaimWire),
            )
        except SourceError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            advice = 'no Karpenter here: set namespaces.karpenter = "" for this region'
            raise SourceError(ErrorKind.NOT_FOUND, advice) from None
        return Karpenter(tuple(map(_pool, pools.items)), tuple(map(_claim, claims.items)))


def _pool(wire: NodePoolWire) -> NodePool:
    limits, used = wire.spec.limits or {}, wire.status.resources or {}
    ready, why_not = _ready(wire.status.conditions)
    nodes, node_limit = parse_quantity(used.get("nodes")), parse_quantity(limits.get("nodes"))
    return NodePool(
        name=wire.metadata.name,
        ready=ready,
        why_not=why_not,
        cpu_limit_cores=parse_quantity(limits.get("cpu")),
        cpu_used_cores=parse_quantity(used.get("cpu")) or 0.0,
        memory_limit_bytes=parse_bytes(limits.get("memory")),
        memory_used_bytes=parse_bytes(used.get("memory")) or 0,
        node_limit=None if node_limit is None else int(node_limit),
        node_count=int(nodes or 0),
        expire_after=wire.spec.template.spec.expire_after or "",
        consolidation=wire.spec.disruption.consolidation_policy,
        consolidate_after=wire.spec.disruption.consolidate_after,
        budgets=tuple(map(_budget, wire.spec.disruption.budgets or ())),
        replicas=wire.spec.replicas,
    )


def _budget(wire: DisruptionBudgetWire) -> DisruptionBudget:
    return DisruptionBudget(str(wire.nodes), tuple(wire.reasons or ()), wire.schedule or "", wire.duration or "")


def _claim(wire: NodeClaimWire) -> NodeClaim:
    ready, why_not = _ready(wire.status.conditions)
    return NodeClaim(
        name=wire.metadata.name,
        pool=(wire.metadata.labels or {}).get("karpenter.sh/nodepool", ""),
        node=wire.status.node_name or "",
        ready=ready,
        why_not=why_not,
        created_at=parse_time(wire.metadata.creation_timestamp),
    )


def _ready(conditions: Sequence[ConditionWire] | None) -> tuple[bool | None, str]:
    """And what is not, where it is not."""
    by_type = {condition.type: condition for condition in conditions or ()}
    ready = by_type.get("Ready")
    if ready is None or ready.status == "Unknown":
        return None, "it does not say whether it is ready"
    if ready.status == "True":
        return True, ""
    missing = [condition.type for condition in conditions or () if condition.status == "False"]
    return False, ", ".join(name for name in missing if name != "Ready") or "not ready"
