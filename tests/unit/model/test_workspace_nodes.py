from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from workshop_tui.clients.kubernetes_wire import NodeWire
from workshop_tui.collectors.nodes import node_of
from workshop_tui.model.kubernetes import Node
from workshop_tui.model.taints import Taint, Toleration, hindering
from workshop_tui.model.workspace_nodes import hindrances, workspace_nodes

CASE = Path(__file__).parents[2] / "data" / "nodes-lost.json"
FINE = Node("n1", ready=True, disk_pressure=False, pool="coder-workspace")
DEDICATED = Taint("dedicated", "workspaces", "NoSchedule")


def read(**wire: object) -> Node:
    return node_of(msgspec.json.decode(msgspec.json.encode({"metadata": {"name": "n"}, **wire}), type=NodeWire))


def test_nodes_that_are_not_heard_of_are_no_room() -> None:
    (wire,) = msgspec.json.decode(CASE.read_bytes(), type=dict[str, list[NodeWire]])["items"]
    assert workspace_nodes([node_of(wire)], ()) == []
    assert hindrances([node_of(wire)], ()) == "1 not known to be ready"


def test_taints_and_removal_are_read() -> None:
    found = read(
        metadata={"name": "n", "deletionTimestamp": "2026-12-01T12:00:00Z"},
        spec={"taints": [{"key": "gpu", "effect": "NoExecute", "timeAdded": "2026-12-01T12:00:00Z"}, {}]},
    )
    assert (found.taints, found.deleting) == ((Taint("gpu", "", "NoExecute"), Taint("")), True)


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (FINE, ""),
        (replace(FINE, ready=None), "1 not known to be ready"),
        (replace(FINE, ready=False), "1 not ready"),
        (replace(FINE, unschedulable=True), "1 cordoned"),
        (replace(FINE, disk_pressure=True), "1 short of disk"),
        (replace(FINE, deleting=True), "1 being removed"),
        (
            replace(FINE, taints=(Taint("karpenter.sh/disrupted", "", "NoSchedule"),)),
            "1 tainted karpenter.sh/disrupted",
        ),
        (
            replace(FINE, taints=(Taint("node.kubernetes.io/unreachable", "", "NoExecute"),)),
            "1 tainted node.kubernetes",
        ),
        (replace(FINE, taints=(Taint("soft", "", "PreferNoSchedule"),)), ""),
        (replace(FINE, taints=(DEDICATED,)), "1 tainted dedicated"),
    ],
)
def test_a_node_is_room_only_where_a_workspace_can_land(node: Node, why: str) -> None:
    assert bool(workspace_nodes([node], (), ())) == (not why)
    assert hindrances([node], (), ()).startswith(why)


def test_a_taint_that_workspaces_tolerate_is_no_hindrance() -> None:
    tainted = replace(FINE, taints=(DEDICATED,))
    assert workspace_nodes([tainted], (), [Toleration("dedicated", "", "workspaces", "NoSchedule")]) == [tainted]


def test_before_the_first_workspace_runs_a_pools_own_taints_are_meant_for_them_and_others_are_not() -> None:
    tainted, bare = replace(FINE, taints=(DEDICATED,)), replace(FINE, pool="", taints=(DEDICATED,))
    assert workspace_nodes([tainted], ()) == [tainted]
    assert workspace_nodes([bare], ()) == []


@pytest.mark.parametrize(
    ("toleration", "covers"),
    [
        (Toleration("dedicated", "Equal", "workspaces", "NoSchedule"), True),
        (Toleration("dedicated", "", "workspaces", ""), True),
        (Toleration("dedicated", "Exists", "", "NoSchedule"), True),
        (Toleration("", "Exists"), True),
        (Toleration("dedicated", "Equal", "others", "NoSchedule"), False),
        (Toleration("dedicated", "Exists", "", "NoExecute"), False),
        (Toleration("other", "Exists"), False),
        (Toleration("", "Equal"), False),
        (Toleration("dedicated", "Gt", "workspaces"), False),
    ],
)
def test_tolerations_are_read_as_the_scheduler_reads_them(toleration: Toleration, covers: bool) -> None:
    assert (hindering([DEDICATED], [toleration]) is None) is covers


def test_nothing_tolerates_what_goes_away() -> None:
    leaving = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
    assert hindering([leaving], [Toleration(operator="Exists")]) == leaving
