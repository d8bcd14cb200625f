"""The nodes of a region, and Karpenter, which adds workspace nodes when pods find no room."""

from __future__ import annotations

import math

from workshop_tui.rehearsal.scenario import Scenario
from workshop_tui.rehearsal.world import seeded
from workshop_tui.rehearsal.world.cluster import WORKSPACE_POOL, Cluster
from workshop_tui.rehearsal.world.objects import GIB, Node, Resources
from workshop_tui.rehearsal.world.usage import Usage

SYSTEM_POOL = "system"
SERVER_POOL = "coder-server"
PROVISIONER_POOL = "coder-provisioner"
LAUNCH_S = (45.0, 75.0)
GROWS_TO = 4
"""A pool's limit, as a multiple of the nodes it began with."""
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
    )


class Karpenter:
    def __init__(self, cluster: Cluster, scenario: Scenario) -> None:
        self._cluster = cluster
        self._scenario = scenario
        self._launching = 0
        self._nodes = sum(node.pool == WORKSPACE_POOL for node in cluster.nodes.values())
        self.limit_nodes = GROWS_TO * max(1, self._nodes)
        cluster.has_karpenter = True
        cluster.on_no_room = self._need_room
        for node in cluster.nodes.values():
            cluster.mark_node(node)

    def _need_room(self, pool: str = WORKSPACE_POOL) -> None:
        pending = self._cluster.pending.get(WORKSPACE_POOL)
        if pool != WORKSPACE_POOL or not pending:
            return
        per_node = max(1, self._scenario.nodes.cpu_cores * 1000 // max(1, pending[-1].template.requests.cpu_millicores))
        needed = math.ceil(len(pending) / per_node)
        while self._launching < needed and self._nodes + self._launching < self.limit_nodes:
            self._launching += 1
            random = seeded.stream(self._cluster.seed, self._cluster.region, "launch", self._nodes + self._launching)
            self._cluster.timeline.after(random.uniform(*LAUNCH_S), self._launched)

    def _launched(self) -> None:
        self._launching -= 1
        self._nodes += 1
        number = len(self._cluster.nodes)
        node = make_node(self._cluster, self._scenario, number, WORKSPACE_POOL, FRESH_SHARE)
        self._cluster.add_node(node)
        self._need_room()
