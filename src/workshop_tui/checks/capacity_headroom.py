"""There is room for everybody's workspace, and some to spare.

What: For each region, what the workspace nodes have, plus what Karpenter's pools may still add, less what is asked for
(also on nodes that are lost or take no workspace now: it needs room elsewhere) and what the expected people will ask
for. Fails when that leaves less than the limit ({thresholds.headroom_share}) of CPU or memory. Counts the requests of
the pods that it sees; whether one workspace fits on one node is another check.

Why: At the start all workspaces come within minutes; what is full by then makes the last people wait, or turns them
away.

Fix: Raise the limits of the pool, add nodes, or send people to another region.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.workspace_demand import (
    WorkspaceDemand,
    asked_elsewhere,
    demand_of,
    nodes_left_out,
    people_in,
    workspace_nodes,
)
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import KARPENTER, NODES, PODS
from workshop_tui.model.kubernetes import Karpenter, Node
from workshop_tui.model.number import size
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import Pods
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_GIB = 2**30


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    if facts.workshop is None:
        yield Finding("workshop", Outcome.NOT_APPLICABLE, "no workshop is chosen, so nobody is expected")
        return
    demand = demand_of(facts.by_region(PODS).values(), settings)
    for region in settings.region:
        nodes, pods = facts.get(NODES, region.name), facts.get(PODS, region.name)
        if nodes is None or pods is None:
            continue
        people = people_in(region, settings, facts.workshop)
        karpenter = facts.get(KARPENTER, region.name)
        there = workspace_nodes(nodes, region, pods)
        limit = settings.thresholds.headroom_share
        left_out = nodes_left_out(nodes, region, pods)
        moving = asked_elsewhere(nodes, region, pods)
        yield _judge_region(region, there, pods, karpenter, demand, people, limit, left_out, moving)


def _judge_region(
    region: Region,
    nodes: Sequence[Node],
    pods: Pods,
    karpenter: Karpenter | None,
    demand: WorkspaceDemand,
    people: int,
    limit: float,
    left_out: tuple[tuple[str, str], ...],
    moving: tuple[float, float],
) -> Finding:
    if any(node.allocatable_cpu_cores is None or node.allocatable_memory_bytes is None for node in nodes):
        message = "some nodes do not tell their capacity"
        return Finding("capacity", Outcome.UNKNOWN, message, region.name)
    grow_cpu, grow_memory = _growth(karpenter, nodes)
    cpu = sum(node.allocatable_cpu_cores or 0 for node in nodes) + grow_cpu
    memory = sum(node.allocatable_memory_bytes or 0 for node in nodes) + grow_memory
    used = [moving, *(pods.requested_on(node.name) for node in nodes)]
    used_cpu, used_memory = sum(one for one, _ in used), sum(one for _, one in used)
    shares = {
        "CPU": _left(cpu, used_cpu + people * demand.cpu_cores),
        "memory": _left(memory, used_memory + people * demand.memory_bytes),
    }
    tightest = min(shares, key=lambda name: shares[name])
    left = shares[tightest]
    rows = (
        ("people expected here", str(people)),
        (
            "one workspace asks for",
            f"{demand.cpu_cores:g} CPU, {size(demand.memory_bytes)} ({demand.told_by})",
        ),
        ("CPU", f"{_amount(used_cpu)} asked for, {_amount(people * demand.cpu_cores)} to come, {_amount(cpu)} in all"),
        (
            "memory",
            f"{size(used_memory)} asked for, {size(people * demand.memory_bytes)} to come, {_size(memory)} in all",
        ),
        ("of it Karpenter may add", f"{_amount(grow_cpu)} CPU, {_size(grow_memory)}"),
        *((("of it asked for on such nodes", f"{_amount(moving[0])} CPU, {size(moving[1])}"),) if any(moving) else ()),
        *left_out,
    )
    if math.isinf(left):
        return Finding("capacity", Outcome.PASS, "the pools may grow without limit", region.name, rows)
    if left < limit:
        said = f"{tightest} does not suffice" if left < 0 else f"{left:.0%} of {tightest} left"
        message = f"{said} with {people} people, {limit:.0%} are wanted"
        missing_cpu = (used_cpu + people * demand.cpu_cores) / (1 - limit) - cpu
        missing_memory = (used_memory + people * demand.memory_bytes) / (1 - limit) - memory
        remedy = _raise(region, karpenter, nodes, missing_cpu, missing_memory)
        return Finding("capacity", Outcome.FAIL, message, region.name, rows, remedy)
    return Finding("capacity", Outcome.PASS, f"{left:.0%} of {tightest} left with {people} people", region.name, rows)


def _growth(karpenter: Karpenter | None, nodes: Sequence[Node]) -> tuple[float, float]:
    """CPU cores and memory bytes that the workspace pools may still add; infinite where nothing limits them."""
    names = {node.pool for node in nodes}
    every = karpenter.pools if karpenter else ()
    pools = [pool for pool in every if pool.name in names and pool.ready and not pool.is_static]
    return sum(_room(pool.cpu_limit_cores, pool.cpu_used_cores) for pool in pools), sum(
        _room(pool.memory_limit_bytes, pool.memory_used_bytes) for pool in pools
    )


def _room(limit: float | None, used: float) -> float:
    return math.inf if limit is None else max(0.0, limit - used)


def _left(whole: float, taken: float) -> float:
    if math.isinf(whole):
        return math.inf
    return 1 - taken / whole if whole > 0 else -1.0


def _amount(number: float) -> str:
    """What is small is not rounded to nothing."""
    if math.isinf(number):
        return "unlimited"
    return f"{number:.0f}" if number >= 10 or number == round(number) else f"{number:.2g}"


def _size(value: float) -> str:
    return "unlimited" if math.isinf(value) else size(value)


def _raise(
    region: Region, karpenter: Karpenter | None, nodes: Sequence[Node], cpu: float, memory_bytes: float
) -> Remedy:
    """By what is missing; no command where no pool has a limit that could be raised."""
    names = {node.pool for node in nodes}
    command = None
    for pool in karpenter.pools if karpenter else ():
        if pool.is_static:
            continue
        limits = {}
        if pool.cpu_limit_cores is not None and cpu > 0:
            limits["cpu"] = str(math.ceil(pool.cpu_limit_cores + cpu))
        if pool.memory_limit_bytes is not None and memory_bytes > 0:
            limits["memory"] = f"{math.ceil((pool.memory_limit_bytes + memory_bytes) / _GIB)}Gi"
        if pool.name in names and limits:
            patch = json.dumps({"spec": {"limits": limits}}, separators=(",", ":"))
            command = f"kubectl --context {region.context} patch nodepool {pool.name} --type merge -p '{patch}'"
            break
    return Remedy("Raise the pool's limits, add nodes, or send people to another region.", command)


CHECK = Check(
    id="capacity-headroom",
    title="There is room for everybody, and some to spare",
    needs=(NODES, PODS),
    helps=(KARPENTER,),
    judge=judge,
)
