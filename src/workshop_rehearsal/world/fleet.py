"""The nodes of a region, and Karpenter, which adds some when pods find no room."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from workshop_rehearsal.scenario import Scenario
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.cluster import WORKSPACE_POOL, Cluster
from workshop_rehearsal.world.controller import end_node
from workshop_rehearsal.world.cpu_time import CpuTime
from workshop_rehearsal.world.objects import GIB, Kind, Node, Resources
from workshop_rehearsal.world.usage import Usage

SYSTEM_POOL = "system"
SERVER_POOL = "coder-server"
PROVISIONER_POOL = "coder-provisioner"
LAUNCH_S = (45.0, 75.0)
GROWS_TO = 4
"""The workspace pool's limit, as a multiple of the nodes it began with."""
OTHERS_GROW_TO = 2
CONSOLIDATES_AFTER_S = 600.0
FRESH_SHARE = 0.15
"""Of a new node's disk: the system and its images."""


def build_fleet(cluster: Cluster, scenario: Scenario, pools: list[str]) -> None:
    """One node for each name of a pool. Crowded nodes are the last of the workspace pool."""
    script = scenario.nodes
    crowded = math.ceil(len(pools) * script.crowded_share - 0.5) if cluster.region == script.crowded_in else 0
    for number, pool in enumerate(pools):
        random = seeded.stream(cluster.seed, cluster.region, "node", number)
        is_crowded = pool == WORKSPACE_POOL and number >= len(pools) - crowded
        share = random.uniform(*(script.crowded_used_share if is_crowded else script.used_share))
        cluster.add_node(make_node(cluster, scenario, number, pool, share))


def pools_of(node_count: int, *, cores: int, provisioner_cores: float, system_cores: float) -> list[str]:
    """The pool of each node: as many special ones as their pods ask for, the rest for workspaces.

    When that would leave less than half for workspaces, every node is of the one pool that takes everything.
    """
    usable_cores = cores - 2
    special = [SYSTEM_POOL] * max(1, math.ceil(system_cores / usable_cores)) + [SERVER_POOL] * 2
    special += [PROVISIONER_POOL] * math.ceil(provisioner_cores / usable_cores)
    if len(special) > node_count / 2:
        return [WORKSPACE_POOL] * node_count
    return [*special, *[WORKSPACE_POOL] * (node_count - len(special))]


def make_node(cluster: Cluster, scenario: Scenario, number: int, pool: str, used_share: float) -> Node:
    script = scenario.nodes
    address = f"10.{20 + len(cluster.region)}.{number // 240}.{number % 240 + 8}"
    disk_bytes = script.disk_gib * GIB
    return Node(
        f"ip-{address.replace('.', '-')}.{cluster.cloud_region}.compute.internal",
        seeded.identity(cluster.seed, cluster.region, "node", number),
        address,
        pool,
        f"{cluster.cloud_region}{'abc'[number % 3]}",
        f"c6a.{script.cpu_cores // 4}xlarge",
        Resources(script.cpu_cores * 1000, script.memory_gib * GIB, disk_bytes),
        cluster.timeline.now_s,
        Usage(used_share * disk_bytes, cluster.timeline.now_s),
        CpuTime(cluster.timeline.now_s),
    )


@dataclass(slots=True)
class Pool:
    created_s: float
    nodes: int
    node: Resources
    """Each of its nodes."""
    limits: Resources
    launching: int = 0

    @property
    def limit_nodes(self) -> int:
        cpu = self.limits.cpu_millicores // self.node.cpu_millicores
        return min(cpu, self.limits.memory_bytes // self.node.memory_bytes)


class Karpenter:
    """Brings nodes for pods that found no room, and ends those that nothing runs on any more."""

    def __init__(self, cluster: Cluster, scenario: Scenario) -> None:
        self._cluster = cluster
        self._scenario = scenario
        self.pools: dict[str, Pool] = {}
        for name, count in Counter(node.pool for node in cluster.nodes.values()).items():
            each = next(node.capacity for node in cluster.nodes.values() if node.pool == name)
            most = count * (GROWS_TO if name == WORKSPACE_POOL else OTHERS_GROW_TO)
            limits = Resources(each.cpu_millicores * most, each.memory_bytes * most)
            self.pools[name] = Pool(cluster.timeline.now_s, count, each, limits)
        cluster.has_karpenter = True
        cluster.on_no_room = self._need_room
        for node in cluster.nodes.values():
            cluster.mark_node(node)

    @property
    def limit_nodes(self) -> int:
        """Of workspaces' nodes."""
        return self.pools[WORKSPACE_POOL].limit_nodes if WORKSPACE_POOL in self.pools else GROWS_TO

    def end(self, node: Node) -> None:
        if node.name in self._cluster.nodes:
            self.pools[node.pool].nodes -= 1
            end_node(self._cluster, node)

    def limit(self, name: str, limits: Resources) -> None:
        self.pools[name].limits = limits
        self._cluster.mark(Kind.NODEPOOLS, "", name)
        self._need_room(name)

    def cordon(self, node: Node, *, cordoned: bool) -> None:
        """A cordoned node ends when it has been empty for a while."""
        node.unschedulable = cordoned
        self._cluster.mark_node(node)
        if cordoned:
            self._cluster.timeline.after(CONSOLIDATES_AFTER_S, lambda: self._consolidate(node))
        else:
            self._cluster.placement(node.pool).changed(node)
            self._cluster.retry_pending(node.pool)

    def _consolidate(self, node: Node) -> None:
        if not node.unschedulable or node.name not in self._cluster.nodes:
            return
        if all(pod.workload.kind is Kind.DAEMONSETS for pod in node.pods.values()):
            self.end(node)
        else:
            self._cluster.timeline.after(CONSOLIDATES_AFTER_S, lambda: self._consolidate(node))

    def _need_room(self, name: str) -> None:
        pending = self._cluster.pending.get(name)
        pool = self.pools.get(name)
        if pool is None or not pending:
            return
        per_node = max(1, self._scenario.nodes.cpu_cores * 1000 // max(1, pending[-1].template.requests.cpu_millicores))
        needed = math.ceil(len(pending) / per_node)
        while pool.launching < needed and pool.nodes + pool.launching < pool.limit_nodes:
            pool.launching += 1
            random = seeded.stream(self._cluster.seed, self._cluster.region, "launch", pool.nodes + pool.launching)
            self._cluster.timeline.after(random.uniform(*LAUNCH_S), lambda: self._launched(name))

    def _launched(self, name: str) -> None:
        self.pools[name].launching -= 1
        self.pools[name].nodes += 1
        number = self._cluster.nodes_made
        self._cluster.add_node(make_node(self._cluster, self._scenario, number, name, FRESH_SHARE))
        self._need_room(name)
