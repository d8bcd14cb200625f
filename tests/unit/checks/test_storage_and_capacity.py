from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.region_pods import as_read
from workshop_tui.checks import capacity_headroom, karpenter_ready, storage_meets_demand, storage_under_limit
from workshop_tui.checks.shared.workspace_demand import people_in, workspace_nodes
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import KARPENTER, NODE_STORAGE, NODES, PODS
from workshop_tui.model.kubernetes import Container, Karpenter, Node, NodeClaim, NodePool, NodeStorage, Pod
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.taints import Taint
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
GIB = 2**30
PEOPLE = 12
WORKSHOP = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), PEOPLE, "UTC", NOW)
OHIO = {"name": "ohio", "role": "control-plane", "context": "us-east-2"}
SETTINGS = Settings.model_validate({"region": [OHIO]})


def judged(
    check: ModuleType,
    *said: tuple[SourceKind[object], object],
    settings: Settings = SETTINGS,
    workshop: Workshop | None = WORKSHOP,
) -> list[Finding]:
    readings = {}
    for kind, items in said:
        key = SourceKey(kind.name, "ohio")
        readings[key] = Reading(key, as_read(kind, items), NOW)
    findings: Iterator[Finding] = check.judge(Facts(NOW, workshop, readings), settings)
    return list(findings)


def outcomes(found: list[Finding]) -> dict[str, Outcome]:
    return {finding.subject: finding.outcome for finding in found}


def node(name: str, *, pressure: bool | None = False, pool: str = "coder-workspace", ready: bool = True) -> Node:
    return Node(
        name,
        "amd64",
        ready=ready,
        disk_pressure=pressure,
        pool=pool,
        allocatable_cpu_cores=16,
        allocatable_memory_bytes=32 * GIB,
    )


def disk(name: str, used_share: float, gib: int = 100) -> NodeStorage:
    return NodeStorage(name, gib * GIB, round(gib * GIB * (1 - used_share)))


def workspace(person: str, on: str = "n1", storage_gib: float | None = 8, limit_gib: float | None = 30) -> Pod:
    container = Container(
        "dev",
        "goose:1",
        cpu_request_cores=4,
        memory_request_bytes=8 * GIB,
        ephemeral_storage_request_bytes=None if storage_gib is None else round(storage_gib * GIB),
        ephemeral_storage_limit_bytes=None if limit_gib is None else round(limit_gib * GIB),
    )
    labels = {"app.kubernetes.io/name": "coder-workspace"}
    return Pod("coder-ws", f"ws-{person}", person, labels, node=on, phase="Running", containers=(container,))


NODES_3 = (node("n1"), node("n2"), node("n3"))


@pytest.mark.parametrize(
    ("shares", "outcome", "said"),
    [
        ([0.4, 0.5, 0.59], Outcome.PASS, "3 nodes, the fullest 59%, limit 60%"),
        ([0.4, 0.5, 0.60], Outcome.FAIL, "1 of 3 nodes at 60% or more, the fullest 60%"),
        ([0.4, 0.7, 0.91], Outcome.FAIL, "2 of 3 nodes at 60% or more, the fullest 91%"),
        ([0.4, 0.5], Outcome.UNKNOWN, "1 of 3 nodes do not tell their storage: n3"),
        ([0.4, 0.7], Outcome.FAIL, "1 of 3 nodes at 60% or more, the fullest 70%"),
    ],
)
def test_every_node_is_under_the_limit_or_named(shares: list[float], outcome: Outcome, said: str) -> None:
    storage = tuple(disk(f"n{number}", share) for number, share in enumerate(shares, 1))
    found = judged(storage_under_limit, (NODES, NODES_3), (NODE_STORAGE, storage))
    (nodes,) = [finding for finding in found if finding.subject == "nodes"]
    assert (nodes.outcome, nodes.message) == (outcome, said)
    assert nodes.evidence[0][0] == f"n{shares.index(max(shares)) + 1}"
    if outcome is Outcome.FAIL:
        assert nodes.remedy is not None
        assert nodes.remedy.command is not None
        assert nodes.remedy.command.startswith("kubectl --context us-east-2 drain n")
        over = sorted((name for name in shares if name >= 0.6), reverse=True)
        names = nodes.remedy.command.partition(" drain ")[2].partition(" --")[0].split()
        assert len(names) == len(over)


def test_a_drained_node_no_longer_counts_and_one_that_still_holds_work_does() -> None:
    nodes = (node("n1"), replace(node("n2"), unschedulable=True))
    storage = (disk("n1", 0.4), disk("n2", 0.9))
    for pods, outcome in (((), Outcome.PASS), ((workspace("ann", "n2"),), Outcome.FAIL)):
        found = judged(storage_under_limit, (NODES, nodes), (NODE_STORAGE, storage), (PODS, pods))
        assert next(one.outcome for one in found if one.subject == "nodes") is outcome


def test_karpenters_nodes_are_deleted_after_they_are_drained() -> None:
    nodes = (node("n1"), node("n2", pool=""))
    found = judged(storage_under_limit, (NODES, nodes), (NODE_STORAGE, (disk("n1", 0.9), disk("n2", 0.8))))
    command = found[0].remedy.command
    assert command == (
        "kubectl --context us-east-2 drain n1 n2 --ignore-daemonsets --delete-emptydir-data "
        "&& kubectl --context us-east-2 delete node n1"
    )


def test_without_the_share_pressure_and_evictions_are_judged_all_the_same() -> None:
    pressed = (node("n1"), node("n2", pressure=True))
    evicted = Pod("coder-ws", "ws-bo", "bo", phase="Failed", reason="Evicted", message="low on ephemeral-storage")
    found = judged(storage_under_limit, (NODES, pressed), (PODS, (evicted,)))
    assert outcomes(found) == {"pressure": Outcome.FAIL, "evictions": Outcome.WARN}


def test_a_cluster_without_nodes_and_one_that_tells_no_condition_are_unknown() -> None:
    assert outcomes(judged(storage_under_limit, (NODES, ()))) == {"nodes": Outcome.UNKNOWN}
    silent = judged(storage_under_limit, (NODES, (node("n1", pressure=None),)))
    assert outcomes(silent) == {"pressure": Outcome.UNKNOWN}


def test_a_node_without_capacity_counts_as_full() -> None:
    found = judged(storage_under_limit, (NODES, (node("n1"),)), (NODE_STORAGE, (NodeStorage("n1", 0, 0),)))
    assert outcomes(found)["nodes"] is Outcome.FAIL


@pytest.mark.parametrize(
    ("used_shares", "outcome", "said"),
    [
        # 4 workspaces of 8 GiB fit into 33 GiB, 12 are expected; the kubelet evicts at 15 % free
        ([0.2, 0.2, 0.2], Outcome.WARN, "12 people fit by what they ask for, only 6 if they use all that they may"),
        ([0.52, 0.52, 0.52], Outcome.WARN, "12 people fit by what they ask for, only 3 if they use all that they may"),
        ([0.6, 0.6, 0.6], Outcome.FAIL, "room for 9 of 12 people"),
        ([0.85, 0.85, 0.2], Outcome.FAIL, "room for 8 of 12 people"),
        ([0.85, 0.85], Outcome.UNKNOWN, "room for 0 of 12 people, but 1 nodes do not tell their storage"),
    ],
)
def test_free_storage_is_counted_in_whole_workspaces_on_each_node(
    used_shares: list[float], outcome: Outcome, said: str
) -> None:
    storage = tuple(disk(f"n{number}", share) for number, share in enumerate(used_shares, 1))
    (found,) = judged(storage_meets_demand, (NODES, NODES_3), (NODE_STORAGE, storage), (PODS, (workspace("ana"),)))
    assert (found.outcome, found.message) == (outcome, said)


def test_storage_that_suffices_even_at_the_limits_passes() -> None:
    storage = tuple(disk(f"n{number}", 0.1, gib=500) for number in (1, 2, 3))
    (found,) = judged(storage_meets_demand, (NODES, NODES_3), (NODE_STORAGE, storage), (PODS, (workspace("ana"),)))
    assert found.outcome is Outcome.PASS


def test_without_a_workspace_to_look_at_the_settings_tell_the_demand_or_it_is_unknown() -> None:
    storage = tuple(disk(f"n{number}", 0.1, gib=500) for number in (1, 2, 3))
    said = ((NODES, NODES_3), (NODE_STORAGE, storage), (PODS, ()))
    (unknown,) = judged(storage_meets_demand, *said)
    assert (unknown.outcome, "demand.storage_gib" in unknown.message) == (Outcome.UNKNOWN, True)
    (told,) = judged(
        storage_meets_demand, *said, settings=Settings.model_validate({"region": [OHIO], "demand": {"storage_gib": 20}})
    )
    assert told.outcome is Outcome.PASS


@pytest.mark.parametrize("check", [storage_meets_demand, capacity_headroom])
def test_without_a_workshop_nobody_is_expected(check: ModuleType) -> None:
    (found,) = judged(check, (NODES, NODES_3), (NODE_STORAGE, ()), (PODS, ()), workshop=None)
    assert found.outcome is Outcome.NOT_APPLICABLE


def pool(limit_cores: float | None, used_cores: float = 48, *, ready: bool | None = True, nodes: int = 3) -> NodePool:
    memory = None if limit_cores is None else round(limit_cores * 2 * GIB)
    return NodePool(
        "coder-workspace",
        ready,
        "" if ready else "NodeClassReady",
        limit_cores,
        used_cores,
        memory,
        round(used_cores * 2 * GIB),
        node_count=nodes,
    )


@pytest.mark.parametrize(
    ("limit_cores", "outcome", "said"),
    [
        # 12 people ask for 48 cores, the nodes have 48
        (48.0, Outcome.FAIL, "CPU does not suffice with 12 people, 30% are wanted"),
        (64.0, Outcome.FAIL, "19% of CPU left with 12 people, 30% are wanted"),
        (96.0, Outcome.PASS, "46% of CPU left with 12 people"),
        (None, Outcome.PASS, "the pools may grow without limit"),
    ],
)
def test_headroom_counts_what_karpenter_may_still_add(limit_cores: float | None, outcome: Outcome, said: str) -> None:
    karpenter = Karpenter((pool(limit_cores),))
    (found,) = judged(capacity_headroom, (NODES, NODES_3), (PODS, (workspace("ana"),)), (KARPENTER, karpenter))
    assert (found.outcome, found.message) == (outcome, said)


def test_without_karpenter_only_what_is_there_counts_and_an_untold_capacity_is_unknown() -> None:
    (found,) = judged(capacity_headroom, (NODES, NODES_3), (PODS, ()))
    assert found.outcome is Outcome.FAIL
    silent = (Node("n1", ready=True, disk_pressure=False),)
    (unknown,) = judged(capacity_headroom, (NODES, silent), (PODS, ()))
    assert unknown.outcome is Outcome.UNKNOWN


def test_nodes_that_take_no_workspace_are_left_out() -> None:
    region = SETTINGS.region[0]
    nodes = [node("n1"), node("n2", pool="system"), node("n3", ready=False), node("n4", pressure=True)]
    assert [found.name for found in workspace_nodes(nodes, region)] == ["n1"]
    unpooled = [node("n1", pool=""), node("n2", pool="")]
    assert len(workspace_nodes(unpooled, region)) == 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(1, 5000))
def test_nobody_is_forgotten_when_people_are_spread_over_regions(shares: list[float], people: int) -> None:
    total = sum(shares) or 1
    regions = [
        {"name": f"r{n}", "role": "proxy", "context": "c", "people_share": round(share / total, 6)}
        for n, share in enumerate(shares)
    ]
    regions.append({"name": "rest", "role": "control-plane", "context": "c"})
    settings = Settings.model_validate({"region": regions})
    workshop = Workshop(1, "x", NOW, timedelta(minutes=60), people, "UTC", NOW)
    placed = sum(people_in(region, settings, workshop) for region in settings.region)
    assert placed >= people
    assert placed <= people + len(regions)


def claim(ready: bool | None, minutes: float) -> NodeClaim:
    return NodeClaim("claim-1", "coder-workspace", "", ready, "Registered", NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("karpenter", "outcome"),
    [
        (Karpenter((pool(96),), (claim(True, 60),)), Outcome.PASS),
        (Karpenter((pool(96),), (claim(False, 3),)), Outcome.WARN),
        (Karpenter((pool(96),), (claim(False, 16),)), Outcome.FAIL),
        (Karpenter((pool(96, ready=False),)), Outcome.FAIL),
        (Karpenter((pool(96, ready=None),)), Outcome.UNKNOWN),
        (Karpenter((pool(48),)), Outcome.WARN),
        (Karpenter((pool(None, 500),)), Outcome.PASS),
        (Karpenter((replace(pool(None), node_limit=3),)), Outcome.WARN),
        (Karpenter((replace(pool(None), node_limit=4),)), Outcome.PASS),
        (Karpenter((pool(96),), (claim(False, 15),)), Outcome.WARN),
        (Karpenter((pool(96),), (replace(claim(None, 0), created_at=None),)), Outcome.FAIL),
        (Karpenter(()), Outcome.FAIL),
    ],
)
def test_karpenter_is_judged_by_its_pools_and_claims(karpenter: Karpenter, outcome: Outcome) -> None:
    found = judged(karpenter_ready, (KARPENTER, karpenter))
    assert outcome in {finding.outcome for finding in found}
    assert all(finding.outcome in (outcome, Outcome.PASS) for finding in found)


def test_a_command_that_raises_a_pools_limits_leaves_the_headroom() -> None:
    pool = NodePool("coder-workspace", ready=True, cpu_limit_cores=16, cpu_used_cores=16, memory_limit_bytes=2**40)
    found = judged(capacity_headroom, (NODES, (node("n1"),)), (PODS, ()), (KARPENTER, Karpenter((pool,), ())))
    command = found[0].remedy.command
    assert command is not None
    assert command.startswith("kubectl --context us-east-2 patch nodepool coder-workspace --type merge -p ")
    wanted = json.loads(command.partition("-p '")[2].rstrip("'"))["spec"]["limits"]
    raised = replace(pool, cpu_limit_cores=float(wanted["cpu"]))
    after = judged(capacity_headroom, (NODES, (node("n1"),)), (PODS, ()), (KARPENTER, Karpenter((raised,), ())))
    assert (found[0].outcome, after[0].outcome) == (Outcome.FAIL, Outcome.PASS)


def test_where_a_node_does_not_say_no_pressure_is_not_passed_for_all() -> None:
    found = judged(storage_under_limit, (NODES, (node("n1"), node("n2", pressure=None))), (PODS, ()))
    (pressure,) = [one for one in found if one.subject == "pressure"]
    assert pressure.outcome is Outcome.UNKNOWN
    assert pressure.message == "1 of 2 nodes do not say whether they are under DiskPressure: n2"


def test_capacity_says_which_nodes_it_left_out() -> None:
    nodes = (*NODES_3, node("n4", ready=False))
    (found,) = judged(capacity_headroom, (NODES, nodes), (PODS, ()))
    assert ("nodes that take no workspace now", "1 not ready") in found.evidence


def test_a_static_pool_is_no_room_to_grow() -> None:
    karpenter = Karpenter((replace(pool(96.0), replicas=3),))
    (found,) = judged(capacity_headroom, (NODES, NODES_3), (PODS, (workspace("ana"),)), (KARPENTER, karpenter))
    assert ("of it Karpenter may add", "0 CPU, 0 GiB") in found.evidence


def test_what_is_small_is_not_told_as_nothing() -> None:
    small = Container("dev", "goose:1", cpu_request_cores=0.1, memory_request_bytes=GIB // 2)
    pods = (workspace("ana")._replace(containers=(small,)),)
    (found,) = judged(capacity_headroom, (NODES, NODES_3), (PODS, pods))
    rows = dict(found.evidence)
    assert rows["one workspace asks for"].startswith("0.1 CPU, 512 MiB")
    assert rows["memory"].startswith("512 MiB asked for, ")
    assert rows["CPU"].startswith("0.1 asked for, ")


def test_without_a_cluster_the_remedy_of_a_full_disk_has_no_command() -> None:
    settings = Settings.model_validate({"region": [{"name": "ohio", "role": "control-plane"}]})
    said = (NODES, (node("n1"),)), (NODE_STORAGE, (disk("n1", 0.9),))
    (nodes, _) = judged(storage_under_limit, *said, settings=settings)
    assert nodes.outcome is Outcome.FAIL
    assert nodes.remedy is not None
    assert nodes.remedy.command is None


def test_nodes_that_karpenter_did_not_bring_are_drained_and_kept() -> None:
    said = (NODES, (node("n1", pool=""),)), (NODE_STORAGE, (disk("n1", 0.9),))
    (nodes, _) = judged(storage_under_limit, *said)
    assert nodes.remedy is not None
    assert nodes.remedy.command == ("kubectl --context us-east-2 drain n1 --ignore-daemonsets --delete-emptydir-data")


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (capacity_headroom, (NODES, NODES_3)),
        (capacity_headroom, (PODS, ())),
        (storage_meets_demand, (NODES, NODES_3)),
        (storage_meets_demand, (NODE_STORAGE, (disk("n1", 0.1),))),
    ],
)
def test_a_region_of_which_only_a_part_is_known_is_not_judged(
    check: ModuleType, said: tuple[SourceKind[object], object]
) -> None:
    assert judged(check, said) == []


def test_without_a_limit_of_storage_only_what_is_asked_for_counts() -> None:
    storage = tuple(disk(f"n{number}", 0.1) for number in (1, 2, 3))
    pods = (workspace("ana", limit_gib=None),)
    (found,) = judged(storage_meets_demand, (NODES, NODES_3), (NODE_STORAGE, storage), (PODS, pods))
    assert (found.outcome, found.message) == (Outcome.PASS, "room for 27, 12 expected")
    assert "that fit at their limit" not in dict(found.evidence)


@pytest.mark.parametrize(
    ("pools", "limits"),
    [
        ((pool(64),), {"cpu": "75", "memory": "149Gi"}),  # 52 cores and 104 GiB are asked for, and 30 % to spare
        ((replace(pool(64), cpu_limit_cores=None),), {"memory": "149Gi"}),
        ((replace(pool(64), name="system"), pool(64)), {"cpu": "75", "memory": "149Gi"}),
        ((replace(pool(64), name="system"),), None),
        ((replace(pool(64), replicas=3), pool(64)), {"cpu": "75", "memory": "149Gi"}),
        ((replace(pool(64), memory_limit_bytes=48 * 2 * GIB),), {"cpu": "75", "memory": "149Gi"}),
        ((replace(pool(64), memory_limit_bytes=None),), {"cpu": "75"}),
    ],
)
def test_only_what_limits_the_workspaces_pool_is_raised(
    pools: tuple[NodePool, ...], limits: dict[str, str] | None
) -> None:
    karpenter = Karpenter(pools)
    (found,) = judged(capacity_headroom, (NODES, NODES_3), (PODS, (workspace("ana"),)), (KARPENTER, karpenter))
    command = found.remedy.command if found.remedy else None
    told = json.loads(command.partition("-p '")[2].rstrip("'"))["spec"]["limits"] if command else None
    assert told == limits, (found.message, command)


@pytest.mark.parametrize(("silent", "told"), [(3, "n1, n2, n3"), (4, "n1, n2, n3 …")])
def test_of_many_silent_nodes_three_are_named(silent: int, told: str) -> None:
    nodes = tuple(node(f"n{number}", pressure=None) for number in range(1, silent + 1))
    shares, pressure = judged(storage_under_limit, (NODES, nodes), (NODE_STORAGE, ()))
    assert shares.message == f"{silent} of {silent} nodes do not tell their storage: {told}"
    assert pressure.message.endswith(f"under DiskPressure: {told}")


def test_exactly_enough_room_is_enough() -> None:
    storage = (disk("n1", 0.25, gib=600),)  # less 15 % that the kubelet keeps: 360 GiB, twelve times the limit of 30
    (found,) = judged(
        storage_meets_demand, (NODES, (node("n1"),)), (NODE_STORAGE, storage), (PODS, (workspace("ana"),))
    )
    assert found.outcome is Outcome.PASS
    assert dict(found.evidence)["that fit at their limit"] == "12 of 30 GiB each"


def test_where_every_node_is_cordoned_and_empty_storage_is_unknown_and_pressure_still_told() -> None:
    alone = replace(node("n1", pressure=True), unschedulable=True)
    found = judged(storage_under_limit, (NODES, (alone,)), (PODS, ()), (NODE_STORAGE, (disk("n1", 0.3),)))
    assert outcomes(found) == {"nodes": Outcome.UNKNOWN, "pressure": Outcome.FAIL}


LOST: tuple[dict[str, object], ...] = (
    {"ready": False},
    {"ready": None},
    {"deleting": True},
    {"unschedulable": True},
    {"disk_pressure": True},
    {"taints": (Taint("node.kubernetes.io/unreachable", "", "NoSchedule"),)},
)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 64)), min_size=1, max_size=4),
    st.integers(0, 3),
    st.sampled_from(LOST),
    st.integers(0, 12),
    st.floats(0, 0.99),
)
def test_a_lost_node_never_makes_more_room(
    load: list[tuple[int, int]], lost: int, change: dict[str, object], people: int, limit: float
) -> None:
    nodes = [replace(node(f"n{n}"), allocatable_cpu_cores=cores) for n, (_, cores) in enumerate(load)]
    pods = [workspace(f"p{n}-{one}", f"n{n}") for n, (count, _) in enumerate(load) for one in range(count)]
    settings = Settings.model_validate({"region": [OHIO], "thresholds": {"headroom_share": limit}})
    workshop = replace(WORKSHOP, expected_people=people)
    lost %= len(nodes)
    after = [replace(one, **change) if n == lost else one for n, one in enumerate(nodes)]  # type: ignore[arg-type]
    found = [
        judged(capacity_headroom, (NODES, tuple(state)), (PODS, tuple(pods)), settings=settings, workshop=workshop)
        for state in (nodes, after)
    ]
    assert badness(found[1][0].outcome) <= badness(found[0][0].outcome)


def test_what_ran_on_a_lost_node_needs_room_on_the_others() -> None:
    pods = tuple(workspace(f"p{n}", "n1") for n in range(4))
    workshop = replace(WORKSHOP, expected_people=2)
    messages, evidence = [], []
    for first in (node("n1"), node("n1", ready=False)):
        said = (NODES, (first, *NODES_3[1:])), (PODS, pods)
        (found,) = judged(capacity_headroom, *said, workshop=workshop)
        messages.append(found.message)
        evidence.append(dict(found.evidence))
    assert messages == ["50% of CPU left with 2 people", "25% of CPU left with 2 people, 30% are wanted"]
    assert [rows.get("of it asked for on such nodes") for rows in evidence] == [None, "16 CPU, 32 GiB"]


def test_what_a_tainted_node_keeps_beside_workspaces_needs_no_room_of_theirs() -> None:
    server = workspace("server", "n1")._replace(namespace="coder", labels={})
    tainted = replace(node("n1"), taints=(Taint("dedicated", "system", "NoSchedule"),))
    (found,) = judged(capacity_headroom, (NODES, (tainted, *NODES_3[1:])), (PODS, (server, workspace("ana", "n2"))))
    assert "of it asked for on such nodes" not in dict(found.evidence)


def test_where_nobody_is_expected_no_storage_is_green() -> None:
    settings = Settings.model_validate({"region": [{**OHIO, "people_share": 0}]})
    (found,) = judged(
        storage_meets_demand, (NODES, ()), (NODE_STORAGE, ()), (PODS, (workspace("a"),)), settings=settings
    )
    assert (found.outcome, found.message) == (Outcome.NOT_APPLICABLE, "nobody is expected here")
