"""However pods come, change and go, what is kept up to date equals what counting them all would say."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.pods import PodIndex, Pods, owners_of, workspace_of, workspace_rule

RULE = workspace_rule(("ws",), "kind=workspace")

containers = st.builds(
    Container,
    name=st.just("dev"),
    image=st.just("image"),
    restart_count=st.integers(0, 2),
    terminated_reason=st.sampled_from(["", "OOMKilled"]),
    cpu_request_cores=st.sampled_from([None, 1.0, 2.0]),
    memory_request_bytes=st.sampled_from([None, 2**30]),
    cpu_limit_cores=st.sampled_from([None, 4.0]),
    memory_limit_bytes=st.just(2**31),
    ephemeral_storage_limit_bytes=st.just(2**31),
)
pods = st.builds(
    Pod,
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
    assert index.hit == Counter(workspace_of(pod) for pod in ours if pod.phase == "Failed" or pod.restart_count)
    assert set(index.alive) == {pod.uid for pod in lives if not pod.deleting}
    assert set(index.not_ready) == {
        pod.uid for pod in lives if not pod.deleting and not (pod.phase == "Running" and pod.ready)
    }
    assert set(index.evicted) == {pod.uid for pod in left.values() if pod.reason == "Evicted"}
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
