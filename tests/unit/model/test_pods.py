"""However pods come, change and go, what is kept up to date equals what counting them all would say."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.pod_resources import without_limit
from workshop_tui.model.pods import (
    OWNER_LABEL,
    PodIndex,
    Pods,
    hit_at,
    out_of_memory_times,
    owners_of,
    workspace_of,
    workspace_rule,
)

RULE = workspace_rule(("ws",), "kind=workspace")

MORNING = datetime(2026, 12, 3, 9, tzinfo=UTC)
containers = st.builds(
    partial(Container),  # of a named tuple itself every field is drawn, those with a default too
    name=st.just("dev"),
    image=st.just("image"),
    restart_count=st.integers(0, 2),
    terminated_reason=st.sampled_from(["", "OOMKilled"]),
    terminated_at=st.none() | st.sampled_from([MORNING, MORNING + timedelta(hours=1)]),
    cpu_request_cores=st.sampled_from([None, 1.0, 2.0]),
    memory_request_bytes=st.sampled_from([None, 2**30]),
    cpu_limit_cores=st.sampled_from([None, 4.0]),
    memory_limit_bytes=st.just(2**31),
    ephemeral_storage_limit_bytes=st.just(2**31),
)
pods = st.builds(
    partial(Pod),
    namespace=st.sampled_from(["ws", "coder"]),
    name=st.sampled_from(["a", "b"]),
    uid=st.sampled_from("12345"),
    labels=st.sampled_from(
        [
            {"kind": "workspace", "com.coder.user.username": "ana", "com.coder.workspace.name": "one"},
            {"kind": "workspace"},
            {},
        ]
    ),
    node=st.sampled_from(["", "n1", "n2"]),
    phase=st.sampled_from(["Running", "Pending", "Failed"]),
    reason=st.sampled_from(["", "Evicted"]),
    deleting=st.booleans(),
    ready=st.booleans(),
    containers=st.lists(containers, max_size=2).map(tuple),
)


@given(st.lists(st.one_of(pods, st.sampled_from("12345"))))
def test_the_index_equals_one_that_is_built_anew_from_what_is_left(steps: list[Pod | str]) -> None:
    index, left = PodIndex(RULE), {}
    for step in steps:
        if isinstance(step, Pod):
            assert index.put(step) == (left.get(step.uid) != step)
            left[step.uid] = step
        else:
            assert index.drop(step) == (left.pop(step, None) is not None)
    assert index.by_uid == left
    ours = [pod for pod in left.values() if RULE(pod)]
    lives = [pod for pod in ours if pod.phase in ("Running", "Pending")]
    assert {key: set(group) for key, group in index.workspaces.items()} == {
        key: {pod.uid for pod in ours if workspace_of(pod) == key} for key in map(workspace_of, ours)
    }
    assert index.owners == Counter(pod.labels[OWNER_LABEL] for pod in ours if OWNER_LABEL in pod.labels)
    assert set(index.hit) == {pod.uid for pod in ours if pod.phase == "Failed" or pod.restart_count}
    assert all(index.by_uid[uid] is pod for uid, pod in index.hit.items())
    assert set(index.alive) == {pod.uid for pod in lives if not pod.deleting}
    assert set(index.not_ready) == {
        pod.uid for pod in lives if not pod.deleting and not (pod.phase == "Running" and pod.ready)
    }
    assert set(index.evicted) == {pod.uid for pod in left.values() if pod.reason == "Evicted"}
    assert set(index.out_of_memory) == {
        pod.uid for pod in ours if any(one.terminated_reason == "OOMKilled" for one in pod.containers)
    }
    assert set(index.unlimited) == {pod.uid for pod in lives if any(without_limit(pod))}
    assert set(index.others) == set(left) - {pod.uid for pod in ours}
    assert index.shapes.total() == len(lives)
    assert {node: set(there) for node, there in index.by_node.items()} == {
        node: {pod.uid for pod in lives if pod.node == node} for node in {pod.node for pod in lives if pod.node}
    }
    for node in ("n1", "n2"):
        asked = sum(
            container.cpu_request_cores or 0
            for pod in left.values()
            if pod.node == node and pod.phase in ("Running", "Pending")
            for container in pod.containers
        )
        assert abs(Pods(index, 0).requested_on(node)[0] - asked) < 1e-9


def test_a_reading_differs_from_the_one_before_only_after_a_change() -> None:
    index = PodIndex(RULE)
    pod = Pod("ws", "a", "1", labels={"kind": "workspace"})
    before = Pods(index, index.version)
    index.put(pod)
    after = Pods(index, index.version)
    index.put(pod)
    assert before != after == Pods(index, index.version)
    assert list(after) == [pod]
    assert pod in after
    assert len(after) == 1


def test_people_are_named_once_and_only_where_labels_name_them() -> None:
    ana = {"com.coder.user.username": "ana"}
    assert owners_of([Pod("ws", "a", "1", ana), Pod("ws", "b", "2", ana), Pod("ws", "c", "3")]) == ("ana",)


def ended(hours: float | None, restarts: int = 0, reason: str = "") -> Container:
    at = None if hours is None else MORNING + timedelta(hours=hours)
    return Container("dev", "image", restart_count=restarts, terminated_reason=reason, terminated_at=at)


@pytest.mark.parametrize(
    ("phase", "failed_hours", "containers", "hours"),
    [
        ("Running", None, (ended(None),), None),
        ("Running", None, (ended(3, reason="Completed"),), None),
        ("Running", None, (ended(3, restarts=1), ended(5, restarts=2), ended(8)), 5),
        ("Running", None, (ended(None, restarts=1),), 1),
        ("Failed", 6, (ended(3, restarts=1),), 6),
        ("Failed", None, (), 1),
    ],
    ids=[
        "well",
        "one that is done",
        "the last restart",
        "it does not say",
        "failed later",
        "failed, nobody knows when",
    ],
)
def test_when_a_pod_was_hit(
    phase: str, failed_hours: float | None, containers: tuple[Container, ...], hours: float | None
) -> None:
    failed_at = None if failed_hours is None else MORNING + timedelta(hours=failed_hours)
    began_at = MORNING + timedelta(hours=1)
    found = hit_at(Pod("ws", "a", "1", phase=phase, started_at=began_at, failed_at=failed_at, containers=containers))
    assert found == (None if hours is None else MORNING + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("containers", "hours"),
    [
        ((ended(3, restarts=1, reason="Error"),), ()),
        ((ended(3, reason="OOMKilled"), ended(4, reason="OOMKilled"), ended(5, reason="Error")), (3, 4)),
        ((ended(None, reason="OOMKilled"),), (1,)),
    ],
)
def test_when_a_pod_ran_out_of_memory(containers: tuple[Container, ...], hours: tuple[float, ...]) -> None:
    found = out_of_memory_times(Pod("ws", "a", "1", started_at=MORNING + timedelta(hours=1), containers=containers))
    assert found == tuple(MORNING + timedelta(hours=hour) for hour in hours)


def test_pods_of_prebuilds_are_nobodys() -> None:
    index = PodIndex(RULE)
    for owner in ("prebuilds", "ana"):
        labels = {"kind": "workspace", OWNER_LABEL: owner, "com.coder.workspace.name": "one"}
        index.put(Pod("ws", owner, owner, labels, phase="Running"))
    assert Pods(index, 0).people_count == 1
    assert owners_of(index.alive.values()) == ("ana",)
    index.drop("prebuilds")
    index.drop("ana")
    assert Pods(index, 0).people_count == 0
