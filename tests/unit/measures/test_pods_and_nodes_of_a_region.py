from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.measured import MEASURES, OHIO, SOON, ago, measured, workspace_pod
from workshop_tui.model.kinds import KARPENTER, NODE_STORAGE, NODES, POD_EVENTS, PODS, ROUTES
from workshop_tui.model.kubernetes import Karpenter, Node, NodeClaim, NodeStorage, Pod, PodEvents, PodFailure
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.settings.settings import Settings

PASS, WARN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.FAIL
UNKNOWN, NONE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE
ANA, BO = workspace_pod("ana", node="n1"), workspace_pod("bo", node="n2")
WITHOUT_STATUS = Pod("coder-ws", "ws-x", "x", {"app.kubernetes.io/name": "coder-workspace"})


def evicted(name: str, seconds_ago: float, namespace: str = "coder-ws", reason: str = "Evicted") -> PodFailure:
    return PodFailure(namespace, name, reason, "low on resource: ephemeral-storage", ago(seconds_ago))


DEAD = workspace_pod("ana", phase="Failed", reason="Evicted", ready=False)


@pytest.mark.parametrize(
    ("failures", "pods", "value", "outcome", "people"),
    [
        ((), (ANA,), 0, PASS, ()),
        ((evicted("ws-ana", 60),), (DEAD, BO), 1, FAIL, ("ana",)),
        ((evicted("ws-ana", 60), evicted("ws-ana", 30)), (DEAD,), 1, FAIL, ("ana",)),
        ((evicted("ws-gone", 60),), (ANA,), 1, FAIL, ()),
        ((evicted("ws-ana", 1900),), (DEAD,), 0, PASS, ()),
        ((evicted("ws-ana", -60),), (DEAD,), 1, FAIL, ("ana",)),
        ((evicted("ws-ana", -1800),), (DEAD,), 0, PASS, ()),
        ((evicted("ws-ana", 60, "kube-system"),), (DEAD,), 0, PASS, ()),
        ((evicted("ws-ana", 60, reason="BackOff"),), (DEAD,), 0, PASS, ()),
    ],
    ids=[
        "none",
        "one",
        "told twice",
        "its pod is gone",
        "long ago",
        "clock back",
        "of the future",
        "no workspace",
        "another event",
    ],
)
def test_evictions_of_the_last_half_hour_name_whose_work_is_lost(
    failures: tuple[PodFailure, ...], pods: tuple[Pod, ...], value: float, outcome: Outcome, people: tuple[str, ...]
) -> None:
    found = measured("evictions", (POD_EVENTS, PodEvents((), failures)), (PODS, pods))
    assert (found.value, found.outcome, found.people) == (value, outcome, people)
    assert found.people_of == (len({pod.name for pod in pods}) if outcome is FAIL else 0)


def test_evictions_are_counted_while_nobody_tells_of_pods() -> None:
    found = measured("evictions", (POD_EVENTS, PodEvents((), (evicted("ws-ana", 60),))))
    assert (found.value, found.outcome, found.detail, found.people) == (1, FAIL, "ws-ana", ())


@pytest.mark.parametrize(
    ("pods", "value", "outcome", "people"),
    [
        ((), 0, PASS, ()),
        ((ANA, WITHOUT_STATUS), 0, PASS, ()),
        ((workspace_pod("bo", killed=True), ANA), 1, WARN, ("bo",)),
        ((workspace_pod("bo", killed=True, ended_s_ago=1801), ANA), 0, PASS, ()),
        ((workspace_pod("bo", killed=True, ended_s_ago=-1800), ANA), 0, PASS, ()),
        ((workspace_pod("bo", killed=True, ended_s_ago=None, created_at=ago(4000)), ANA), 0, PASS, ()),
        (tuple(workspace_pod(name, killed=True) for name in ("cleo", "bo", "ana")), 3, FAIL, ("ana", "bo", "cleo")),
    ],
)
def test_workspaces_that_were_killed_for_memory_in_the_last_half_hour(
    pods: tuple[Pod, ...], value: float, outcome: Outcome, people: tuple[str, ...]
) -> None:
    found = measured("oom-kills", (PODS, pods))
    assert (found.value, found.outcome, found.people) == (value, outcome, people)


def node(name: str, *, pressure: bool | None = False, cores: float | None = 4, pool: str = "", **more: bool) -> Node:
    memory = None if cores is None else 2**30
    return Node(
        name,
        ready=True,
        disk_pressure=pressure,
        pool=pool,
        allocatable_cpu_cores=cores,
        allocatable_memory_bytes=memory,
        **more,
    )


@pytest.mark.parametrize(
    ("nodes", "value", "outcome", "detail", "people"),
    [
        ((), None, UNKNOWN, "no node is there", ()),
        ((node("n1"), node("n2")), 0, PASS, "", ()),
        ((node("n1", pressure=True), node("n2")), 1, FAIL, "n1", ("ana",)),
        ((node("n1", pressure=True), node("n2", pressure=None)), 1, FAIL, "n1", ("ana",)),
        ((node("n1"), node("n2", pressure=None)), None, UNKNOWN, "1 nodes do not tell", ()),
    ],
)
def test_nodes_short_of_disk_name_who_works_there(
    nodes: tuple[Node, ...], value: float | None, outcome: Outcome, detail: str, people: tuple[str, ...]
) -> None:
    found = measured("disk-pressure", (NODES, nodes), (PODS, (ANA, BO)))
    assert (found.value, found.outcome, found.detail, found.people) == (value, outcome, detail, people)


def pending(person: str, seconds_ago: float | None, at: str = "") -> Pod:
    created_at = None if seconds_ago is None else ago(seconds_ago)
    return workspace_pod(person, phase="Pending", ready=False, created_at=created_at, node=at)


@pytest.mark.parametrize(
    ("pods", "value", "outcome", "detail", "people"),
    [
        ((), 0, PASS, "", ()),
        ((ANA, WITHOUT_STATUS, workspace_pod("bo", ready=False)), 0, PASS, "", ()),
        ((pending("bo", 130), pending("ana", 10, "n1")), 2, WARN, "oldest 2:10, 1 without a node", ("ana", "bo")),
        ((pending("bo", None, "n1"),), 1, WARN, "", ("bo",)),
        ((pending("bo", -20, "n1"),), 1, WARN, "oldest 0:00", ("bo",)),
        ((pending("bo", 5)._replace(deleting=True),), 0, PASS, "", ()),
    ],
    ids=["none", "not pending", "two", "no time", "clock back", "on its way out"],
)
def test_workspaces_that_wait_for_a_node_or_an_image(
    pods: tuple[Pod, ...], value: float, outcome: Outcome, detail: str, people: tuple[str, ...]
) -> None:
    found = measured("pending-pods", (PODS, pods))
    assert (found.value, found.outcome, found.detail, found.people) == (value, outcome, detail, people)


def claim(seconds_ago: float | None, ready: bool | None = False) -> NodeClaim:
    return NodeClaim("c", "workspaces", "", ready, "", None if seconds_ago is None else ago(seconds_ago))


@pytest.mark.parametrize(
    ("claims", "value", "outcome", "detail"),
    [
        ((), 0, PASS, ""),
        ((claim(9000, ready=True),), 0, PASS, ""),
        ((claim(40), claim(200)), 200, WARN, "2 on the way"),
        ((claim(601, ready=None),), 601, FAIL, "1 on the way"),
        ((claim(None),), 0, PASS, "1 on the way"),
        ((claim(-30),), 0, PASS, "1 on the way"),
    ],
)
def test_a_node_that_does_not_come_is_told(
    claims: tuple[NodeClaim, ...], value: float, outcome: Outcome, detail: str
) -> None:
    found = measured("node-claims", (KARPENTER, Karpenter((), claims)))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def asking(cores: float, name: str = "ana", at: str = "n1") -> Pod:
    return workspace_pod(name, node=at, cpu_request_cores=cores, memory_request_bytes=int(cores * 2**28))


@pytest.mark.parametrize("measure", ["cpu-requested", "memory-requested"])
@pytest.mark.parametrize(
    ("nodes", "pods", "value", "outcome", "detail"),
    [
        ((), (), None, NONE, "no node takes workspaces now"),
        ((node("n1", unschedulable=True),), (), None, NONE, "no node takes workspaces now"),
        ((replace(node("n1"), ready=None),), (), None, UNKNOWN, "no node takes workspaces now: 1 not ready"),
        ((node("n1"),), (), 0, PASS, "of 1 nodes, watched pods"),
        ((node("n1"),), (WITHOUT_STATUS,), 0, PASS, "of 1 nodes, watched pods"),
        ((node("n1"), node("n2")), (asking(3), asking(4, "bo", "n2")), 0.875, PASS, "of 2 nodes, watched pods"),
        ((node("n1"), node("n2")), (asking(4), asking(4, "bo", "n2")), 1.0, WARN, "of 2 nodes, watched pods"),
        (
            (node("n1", pool="workspaces"), node("n2", pool="system")),
            (asking(3, at="n2"),),
            0,
            PASS,
            "of 1 nodes, watched pods",
        ),
        ((node("n1"), node("n2", cores=None)), (), None, UNKNOWN, "1 nodes do not tell their capacity"),
    ],
)
def test_what_the_workspace_nodes_are_asked_for(
    measure: str, nodes: tuple[Node, ...], pods: tuple[Pod, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured(measure, (NODES, nodes), (PODS, pods))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def test_before_the_workshop_headroom_is_wanted() -> None:
    said = ((NODES, (node("n1"),)), (PODS, (asking(3),)))
    assert measured("cpu-requested", *said).outcome is PASS
    assert measured("cpu-requested", *said, cue="", workshop=SOON).outcome is FAIL


def test_the_pools_that_the_settings_name_are_looked_at() -> None:
    settings = Settings.model_validate({"region": [{**OHIO, "workspace_pools": ["mine"]}]})
    nodes = (node("n1", pool="mine"), node("n2", pool="workspaces"))
    found = measured("cpu-requested", (NODES, nodes), (PODS, (asking(2),)), settings=settings)
    assert (found.value, found.detail) == (0.5, "of 1 nodes, watched pods")


def test_a_full_node_names_the_people_on_it_and_on_no_other() -> None:
    disks = (NodeStorage("n1", 100, 10), NodeStorage("n2", 100, 60), NodeStorage("n3", 100, 20))
    pods = (ANA, BO, workspace_pod("cleo", node="n3"))
    found = measured("node-storage", (NODE_STORAGE, disks), (PODS, pods))
    assert (found.value, found.outcome, found.detail) == (0.9, FAIL, "n1, 1 more")
    assert (found.people, found.people_of) == (("ana", "cleo"), 3)


def test_restarts_name_their_people() -> None:
    found = measured("restart-failure-rate", (PODS, (ANA, workspace_pod("bo", restarts=2), WITHOUT_STATUS)))
    assert (found.people, found.people_of) == (("bo",), 2), "of the third nobody knows whose it is"


def test_people_are_counted_and_not_their_workspaces() -> None:
    again = ANA._replace(uid="2", labels={**ANA.labels, "com.coder.workspace.name": "second"})
    found = measured("restart-failure-rate", (PODS, (ANA, again, workspace_pod("bo", restarts=2))))
    assert (found.detail, found.people, found.people_of) == ("1 of 3", ("bo",), 2)


@pytest.mark.parametrize(("role", "people"), [(RouteRole.WILDCARD, ("ana", "bo")), (RouteRole.DOMAIN, ())])
def test_a_broken_wildcard_hits_everybody_in_the_region(role: RouteRole, people: tuple[str, ...]) -> None:
    probe = RouteProbe(role, "ohio.test", RouteStage.TLS, "certificate")
    found = measured("routing-success", (ROUTES, (probe,)), (PODS, (ANA, BO)))
    assert (found.outcome, found.people, found.people_of) == (FAIL, people, len(people))


def test_every_measure_tells_where_its_numbers_come_from() -> None:
    assert [measure.id for measure in MEASURES.values() if not measure.origin] == []


def test_a_kill_of_the_future_hides_none_of_now() -> None:
    now = workspace_pod("bo", killed=True)
    (container,) = now.containers
    later = container._replace(name="other", terminated_at=ago(-3600))
    found = measured("oom-kills", (PODS, (now._replace(containers=(container, later)),)))
    assert (found.value, found.people) == (1, ("bo",))
