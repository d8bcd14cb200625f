from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.measured import NOW, SOON, ago, measured
from fakes.measured import workspace_pod as workspace
from workshop_tui.guide.loader import load_guide
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.model.kinds import NODE_STORAGE, NODES, POD_EVENTS, PODS, ROUTES
from workshop_tui.model.kubernetes import ImagePull, Node, NodeStorage, Pod, PodEvents, PodFailure
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage

GIB = 2**30
DAYS_S = 5 * 86400


SERVER = Pod("coder", "coder-1", "s", {"app.kubernetes.io/name": "coder"}, phase="Running", ready=True)


def test_the_five_of_the_guide_are_there_in_its_order() -> None:
    assert list(load_guide(None).key_metrics) == [measure.id for measure in all_measures()][:5]
    assert all(measure.why and measure.title for measure in all_measures())


@pytest.mark.parametrize(
    ("pods", "value", "detail"),
    [
        ((), 0, ""),
        ((workspace("ana"), workspace("bo"), SERVER), 2, ""),
        ((workspace("ana"), workspace("bo", phase="Pending", ready=False)), 1, "of 2"),
        ((workspace("ana"), workspace("bo", ready=False)), 1, "of 2"),
        ((workspace("ana"), workspace("bo", deleting=True)), 1, ""),
        ((workspace("ana"), workspace("bo", phase="Failed", ready=False)), 1, ""),
    ],
)
def test_only_workspaces_that_people_can_use_count_as_ready(pods: tuple[Pod, ...], value: float, detail: str) -> None:
    found = measured("concurrent-workspaces", (PODS, pods))
    assert (found.value, found.detail, found.outcome) == (value, detail, Outcome.PASS)


@pytest.mark.parametrize(
    ("pods", "value", "outcome", "detail"),
    [
        ((), None, Outcome.NOT_APPLICABLE, "none started"),
        ((workspace("ana"), workspace("bo")), 0.0, Outcome.PASS, ""),
        ((workspace("ana"), workspace("bo", restarts=3)), 0.5, Outcome.FAIL, "1 of 2"),
        ((workspace("ana"), workspace("ana", phase="Failed", ready=False)), 1.0, Outcome.FAIL, "1 of 1"),
        ((workspace("ana", restarts=3, ended_s_ago=DAYS_S),), 0.0, Outcome.PASS, ""),
        ((workspace("ana", restarts=3, ended_s_ago=1801),), 0.0, Outcome.PASS, ""),
        ((workspace("ana", restarts=3, ended_s_ago=-30),), 1.0, Outcome.FAIL, "1 of 1"),
        ((workspace("ana", phase="Failed", ready=False, ended_s_ago=DAYS_S),), 0.0, Outcome.PASS, ""),
        ((workspace("ana", phase="Failed", ready=False, ended_s_ago=None),), 0.0, Outcome.PASS, ""),
        ((workspace("ana", restarts=1, ended_s_ago=None, created_at=ago(600)),), 1.0, Outcome.FAIL, "1 of 1"),
        ((workspace("ana", restarts=1, ended_s_ago=None, created_at=ago(DAYS_S)),), 0.0, Outcome.PASS, ""),
    ],
    ids=[
        "nobody",
        "all is well",
        "one restarted",
        "one failed and runs again",
        "days ago",
        "over half an hour ago",
        "clocks disagree",
        "failed days ago",
        "no time at all",
        "young",
        "old",
    ],
)
def test_a_workspace_that_restarted_or_failed_counts_once(
    pods: tuple[Pod, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("restart-failure-rate", (PODS, pods))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def test_a_pod_that_does_not_say_when_it_was_evicted_counts_by_its_event() -> None:
    pod = workspace("ana", phase="Failed", reason="Evicted", ready=False, ended_s_ago=None, created_at=ago(DAYS_S))
    told = PodEvents((), (PodFailure(pod.namespace, pod.name, "Evicted", "low on disk", ago(90)),))
    found = measured("restart-failure-rate", (PODS, (pod,)), (POD_EVENTS, told))
    assert (found.value, found.people) == (1.0, ("ana",))


def node(name: str) -> Node:
    return Node(name, ready=True, disk_pressure=False)


def disk(name: str, used_share: float) -> NodeStorage:
    return NodeStorage(name, 100 * GIB, round(100 * GIB * (1 - used_share)))


@pytest.mark.parametrize(
    ("share", "before", "live"),
    [
        (0.59, Outcome.PASS, Outcome.PASS),
        (0.60, Outcome.FAIL, Outcome.PASS),
        (0.71, Outcome.FAIL, Outcome.WARN),
        (0.86, Outcome.FAIL, Outcome.FAIL),
    ],
)
def test_the_fullest_node_is_judged_by_the_phase(share: float, before: Outcome, live: Outcome) -> None:
    said = ((NODE_STORAGE, (disk("n1", 0.2), disk("n2", share))), (NODES, (node("n1"), node("n2"))))
    assert measured("node-storage", *said).outcome is live
    assert measured("node-storage", *said, cue="", workshop=SOON).outcome is before
    assert measured("node-storage", *said).detail == "n2"


def test_a_node_that_does_not_tell_its_storage_is_never_green() -> None:
    said = ((NODE_STORAGE, (disk("n1", 0.2),)), (NODES, (node("n1"), node("n2"))))
    found = measured("node-storage", *said)
    assert (found.outcome, found.detail) == (Outcome.UNKNOWN, "1 nodes do not tell")
    none = measured("node-storage", (NODE_STORAGE, ()), (NODES, ()))
    assert (none.outcome, none.value) == (Outcome.UNKNOWN, None)


def pull(seconds: float, minutes_ago: float = 3, namespace: str = "coder-ws") -> ImagePull:
    return ImagePull(namespace, "ws-ana", "goose:1", seconds, NOW - timedelta(minutes=minutes_ago))


@pytest.mark.parametrize(
    ("pulls", "value", "outcome"),
    [
        ((), None, Outcome.NOT_APPLICABLE),
        ((pull(9),), 9, Outcome.PASS),
        (tuple(pull(second) for second in range(1, 21)), 19, Outcome.PASS),
        ((pull(61),), 61, Outcome.WARN),
        ((pull(61, minutes_ago=31),), None, Outcome.NOT_APPLICABLE),
        ((pull(61, namespace="kube-system"),), None, Outcome.NOT_APPLICABLE),
    ],
)
def test_pulls_of_the_last_half_hour_count(pulls: tuple[ImagePull, ...], value: float | None, outcome: Outcome) -> None:
    found = measured("image-pull-p95", (POD_EVENTS, PodEvents(pulls)))
    assert (found.value, found.outcome) == (value, outcome)


@pytest.mark.parametrize(
    ("seconds", "value", "detail"),
    [((), None, "no pull in 30 min"), ((9,), 9, "of 1"), ((1, 2, 90), 2, "of 3"), (tuple(range(1, 21)), 10, "of 20")],
)
def test_half_of_the_pulls_took_at_most_so_long(seconds: tuple[float, ...], value: float | None, detail: str) -> None:
    found = measured("image-pull-p50", (POD_EVENTS, PodEvents(tuple(pull(one) for one in seconds))))
    outcome = Outcome.NOT_APPLICABLE if value is None else Outcome.PASS
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def probe(role: RouteRole, stage: RouteStage) -> RouteProbe:
    return RouteProbe(role, "ohio.test", stage, "404 from the load balancer")


@pytest.mark.parametrize(
    ("probes", "value", "outcome", "detail"),
    [
        ((), None, Outcome.NOT_APPLICABLE, "no route is configured"),
        ((probe(RouteRole.DOMAIN, RouteStage.CODER),), 1.0, Outcome.PASS, ""),
        (
            (probe(RouteRole.DOMAIN, RouteStage.CODER), probe(RouteRole.WILDCARD, RouteStage.HTTP)),
            0.5,
            Outcome.FAIL,
            "wildcard fails: 404 from the load balancer",
        ),
    ],
)
def test_one_broken_route_fails_the_region(
    probes: tuple[RouteProbe, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("routing-success", (ROUTES, probes))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def test_every_alert_names_a_case_of_the_runbook() -> None:
    cases = {case.id for case in load_guide(None).runbook}
    rules = {measure.id: measure.alert for measure in all_measures() if measure.alert is not None}
    assert {"node-storage", "restart-failure-rate", "image-pull-p95", "routing-success"} <= set(rules)
    assert {rule.case_id for rule in rules.values() if rule.case_id} <= cases
