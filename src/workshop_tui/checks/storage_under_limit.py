"""No node is short of ephemeral storage before the workshop.

What: Compares each node's used share with the limit ({thresholds.storage_before_share}), region by
region: of the fullest of the kubelet's file
systems, images and containers included, in bytes or inodes. DiskPressure and pods that were evicted
are judged as well, also where the share cannot be read; then the share is unknown, never fine. Nodes that do not tell
are counted and named.

Why: On 30 September 2024 workspaces filled their nodes' disks, were evicted and started again, and people lost their
work.

Fix: Drain the fullest nodes one after another while nobody works on them, or let Karpenter bring new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import NODE_STORAGE, NODES, PODS
from workshop_tui.model.kubernetes import Node, NodeStorage, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import Pods
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_MOST_NAMED = 5
_GIB = 2**30
_DRAIN = "Replace them while nobody works on them: what runs there restarts elsewhere, and its files are lost."


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    for region in settings.region:
        nodes = facts.get(NODES, region.name)
        if nodes is None:
            continue
        if not nodes:
            yield Finding("nodes", Outcome.UNKNOWN, "the cluster lists no node", region.name)
            continue
        storage = facts.get(NODE_STORAGE, region.name)
        pods = facts.get(PODS, region.name)
        if storage is not None:
            used = _without_drained(nodes, pods)
            named = {node.name for node in used}
            disks = [disk for disk in storage if disk.node in named]
            yield _shares(used, disks, region, settings.thresholds.storage_before_share)
        yield from _pressure(nodes, region)
        if pods is not None:
            yield from _evicted(pods.index.evicted, region)


def _without_drained(nodes: Sequence[Node], pods: Pods | None) -> list[Node]:
    """A cordoned node without a workspace endangers nobody's work."""
    if pods is None:
        return list(nodes)
    return [node for node in nodes if not node.unschedulable or node.name in pods.index.by_node]


def _shares(nodes: Sequence[Node], storage: Sequence[NodeStorage], region: Region, limit: float) -> Finding:
    if not nodes:
        return Finding("nodes", Outcome.UNKNOWN, "no node is in use: every one is cordoned and empty", region.name)
    fullest = sorted(storage, key=lambda disk: -disk.used_share)
    evidence = tuple(
        (
            disk.node,
            f"{disk.used_share:.0%} of {disk.capacity_bytes / _GIB:.0f} GiB"
            + (f", {disk.label}" if disk.label else ""),
        )
        for disk in fullest[:_MOST_NAMED]
    )
    over = [disk for disk in fullest if disk.used_share >= limit]
    silent = sorted({node.name for node in nodes} - {disk.node for disk in storage})
    if over:
        message = f"{len(over)} of {len(nodes)} nodes at {limit:.0%} or more, the fullest {over[0].used_share:.0%}"
        return Finding(
            "nodes", Outcome.FAIL, message, region.name, evidence, _drain(region, [disk.node for disk in over], nodes)
        )
    if silent:
        told = ", ".join(silent[:3]) + (" …" if len(silent) > 3 else "")
        message = f"{len(silent)} of {len(nodes)} nodes do not tell their storage: {told}"
        return Finding("nodes", Outcome.UNKNOWN, message, region.name, evidence)
    message = f"{len(nodes)} nodes, the fullest {fullest[0].used_share:.0%}, limit {limit:.0%}"
    return Finding("nodes", Outcome.PASS, message, region.name, evidence)


def _pressure(nodes: Sequence[Node], region: Region) -> Iterator[Finding]:
    pressed = [node.name for node in nodes if node.disk_pressure]
    if pressed:
        message = f"DiskPressure on {len(pressed)} of {len(nodes)} nodes"
        evidence = tuple((name, "DiskPressure") for name in pressed[:_MOST_NAMED])
        yield Finding("pressure", Outcome.FAIL, message, region.name, evidence, _drain(region, pressed, nodes))
        return
    silent = sorted(node.name for node in nodes if node.disk_pressure is None)
    if silent:
        told = ", ".join(silent[:3]) + (" …" if len(silent) > 3 else "")
        message = f"{len(silent)} of {len(nodes)} nodes do not say whether they are under DiskPressure: {told}"
        yield Finding("pressure", Outcome.UNKNOWN, message, region.name)
    else:
        yield Finding("pressure", Outcome.PASS, "no node is under DiskPressure", region.name)


def _evicted(evicted: Mapping[str, Pod], region: Region) -> Iterator[Finding]:
    """By uid."""
    if not evicted:
        return
    some = list(islice(evicted.values(), _MOST_NAMED))
    evidence = tuple((f"{pod.namespace}/{pod.name}", pod.message[:120]) for pod in some)
    command = " && ".join(
        f"kubectl --context {region.context} -n {namespace} delete pods --field-selector status.phase=Failed"
        for namespace in dict.fromkeys(pod.namespace for pod in evicted.values())
    )
    remedy = Remedy("Find out what filled the disk, then remove the evicted pods.", command)
    plural = "s" if len(evicted) > 1 else ""
    yield Finding("evictions", Outcome.WARN, f"{len(evicted)} evicted pod{plural}", region.name, evidence, remedy)


def _drain(region: Region, names: Sequence[str], nodes: Sequence[Node]) -> Remedy:
    """Karpenter ends the machine of a node that is deleted, and brings another one when pods find no room."""
    if region.context is None:
        return Remedy(_DRAIN)
    kubectl = f"kubectl --context {region.context}"
    command = f"{kubectl} drain {' '.join(names)} --ignore-daemonsets --delete-emptydir-data"
    of_karpenter = [node.name for node in nodes if node.name in names and node.pool]
    if of_karpenter:
        command += f" && {kubectl} delete node {' '.join(of_karpenter)}"
    return Remedy(_DRAIN, command)


CHECK = Check(
    id="storage-under-limit",
    title="No node is short of ephemeral storage",
    needs=(NODES,),
    helps=(NODE_STORAGE, PODS),
    judge=judge,
)
