"""The nodes' free storage takes everybody's workspace.

What: For each region, counts on every workspace node how many whole workspaces its free ephemeral storage takes (free
now, less the 15 % at which the kubelet evicts), and compares the sum with the people expected there. Fails when what
workspaces ask for does not fit; warns when only their limits do not. What Karpenter may still add is told, not
counted.

Why: Free storage in sum says nothing: forty nodes with 5 GiB each take no workspace that needs 8.

Fix: Bring nodes before the session (a warm-up, or more static nodes), or free the fullest ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.workspace_demand import (
    WorkspaceDemand,
    demand_of,
    nodes_left_out,
    people_in,
    workspace_nodes,
)
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import NODE_STORAGE, NODES, PODS
from workshop_tui.model.kubernetes import Node, NodeStorage
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_GIB = 2**30
_EVICTED_AT_SHARE = 0.15
_MORE = Remedy("Bring nodes before the session: raise the static pool, or start a few workspaces to warm Karpenter up.")


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    if facts.workshop is None:
        yield Finding("workshop", Outcome.NOT_APPLICABLE, "no workshop is chosen, so nobody is expected")
        return
    demand = demand_of(facts.by_region(PODS).values(), settings)
    for region in settings.region:
        nodes, storage = facts.get(NODES, region.name), facts.get(NODE_STORAGE, region.name)
        if nodes is None or storage is None:
            continue
        people = people_in(region, settings, facts.workshop)
        pods = facts.get(PODS, region.name)
        left_out = nodes_left_out(nodes, region, pods)
        yield _judge_region(region, workspace_nodes(nodes, region, pods), storage, demand, people, left_out)


def _judge_region(
    region: Region,
    nodes: Sequence[Node],
    storage: Sequence[NodeStorage],
    demand: WorkspaceDemand,
    people: int,
    left_out: tuple[tuple[str, str], ...],
) -> Finding:
    if demand.storage_request_bytes is None:
        message = "no workspace says how much storage it needs: set demand.storage_gib"
        return Finding("storage", Outcome.UNKNOWN, message, region.name)
    by_node = {disk.node: disk for disk in storage}
    if not people:
        return Finding("storage", Outcome.NOT_APPLICABLE, "nobody is expected here", region.name)
    silent = [node.name for node in nodes if node.name not in by_node]
    free = [_free_bytes(by_node[node.name]) for node in nodes if node.name in by_node]
    fits = _fits(free, demand.storage_request_bytes)
    limit = demand.storage_limit_bytes
    fits_limit = None if limit is None else _fits(free, limit)
    evidence = [
        ("people expected here", str(people)),
        ("one workspace asks for", f"{demand.storage_request_bytes / _GIB:.1f} GiB ({demand.told_by})"),
        ("free on workspace nodes", f"{sum(free) / _GIB:.0f} GiB on {len(free)} nodes"),
        ("workspaces that fit", str(fits)),
    ]
    if limit is not None and fits_limit is not None:
        evidence.append(("that fit at their limit", f"{fits_limit} of {limit / _GIB:.0f} GiB each"))
    rows = (*evidence, *left_out)
    if fits < people and not silent:
        message = f"room for {fits} of {people} people"
        return Finding("storage", Outcome.FAIL, message, region.name, rows, _MORE)
    if fits < people:
        message = f"room for {fits} of {people} people, but {len(silent)} nodes do not tell their storage"
        return Finding("storage", Outcome.UNKNOWN, message, region.name, rows)
    if fits_limit is not None and fits_limit < people:
        message = f"{people} people fit by what they ask for, only {fits_limit} if they use all that they may"
        return Finding("storage", Outcome.WARN, message, region.name, rows, _MORE)
    return Finding("storage", Outcome.PASS, f"room for {fits}, {people} expected", region.name, rows)


def _free_bytes(disk: NodeStorage) -> float:
    return max(0.0, disk.available_bytes - _EVICTED_AT_SHARE * disk.capacity_bytes)


def _fits(free: Sequence[float], each: float) -> int:
    return sum(math.floor(there / each) for there in free) if each > 0 else 0


CHECK = Check(
    id="storage-meets-demand",
    title="The nodes' free storage takes everybody's workspace",
    needs=(NODES, NODE_STORAGE, PODS),
    judge=judge,
)
