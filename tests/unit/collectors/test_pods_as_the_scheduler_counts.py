"""Requests, limits, restarts and kills of pods with init containers, sidecars, pod-level resources and overhead."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.collectors.pods import pod_of
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.pod_resources import requested, storage_limit_bytes, without_limit
from workshop_tui.model.pods import Pods, hit_at, hit_times, out_of_memory_times

GIB = 2**30
CASE = Path(__file__).parents[2] / "data" / "pod-native-sidecar.json"


def pod(spec: dict[str, object], status: dict[str, object] | None = None) -> Pod:
    metadata = {"name": "w", "namespace": "coder-ws", "uid": "w"}
    wire = {"metadata": metadata, "spec": spec, "status": {"phase": "Running", **(status or {})}}
    return pod_of(msgspec.json.decode(msgspec.json.encode(wire), type=PodWire))


def container(name: str, cpu: str = "", limit: str = "", **more: object) -> dict[str, object]:
    resources = {"requests": {"cpu": cpu} if cpu else {}, "limits": {"cpu": limit} if limit else {}}
    return {"name": name, "resources": resources, **more}


def sidecar(name: str, cpu: str = "", limit: str = "") -> dict[str, object]:
    return container(name, cpu, limit, restartPolicy="Always")


def test_a_native_sidecar_takes_its_room_on_the_node() -> None:
    (wire,) = msgspec.json.decode(CASE.read_bytes(), type=dict[str, list[PodWire]])["items"]
    pods = Pods.of([pod_of(wire)], lambda _: True)
    assert pods.requested_on("n1") == (pytest.approx(14.1), 60 * GIB + 128 * 2**20)
    (shape,) = pods.index.shapes
    assert shape.storage_request_bytes == 10 * GIB


@pytest.mark.parametrize(
    ("init", "regular", "cores"),
    [
        ([], [container("a", "2"), container("b", "500m")], 2.5),
        ([container("i", "8")], [container("a", "2")], 8.0),
        ([container("i", "1"), container("j", "3")], [container("a", "2")], 3.0),
        ([sidecar("s", "1"), container("i", "8")], [container("a", "2")], 9.0),
        ([container("i", "8"), sidecar("s", "1")], [container("a", "2")], 8.0),
        ([sidecar("s", "1"), container("i", "1")], [container("a", "2")], 3.0),
        ([container("i", "1")], [container("a")], 1.0),
        ([sidecar("s")], [container("a", "2")], 2.0),
        ([], [container("a")], None),
    ],
)
def test_a_pod_asks_for_what_runs_at_once_or_for_its_largest_start(
    init: list[object], regular: list[object], cores: float | None
) -> None:
    assert requested(pod({"containers": regular, "initContainers": init})).cpu_cores == cores


def test_what_is_said_for_the_whole_pod_counts_instead_and_overhead_on_top() -> None:
    spec = {
        "containers": [container("a", "2")],
        "resources": {"requests": {"cpu": "6", "memory": "12Gi"}, "limits": {"cpu": "8"}},
        "overhead": {"cpu": "250m", "memory": "1Gi", "ephemeral-storage": "2Gi"},
    }
    asked = requested(pod(spec))
    assert (asked.cpu_cores, asked.memory_bytes, asked.storage_bytes) == (6.25, 13 * GIB, None)
    limited = {"limits": {"ephemeral-storage": "5Gi"}}
    assert storage_limit_bytes(pod({**spec, "containers": [{"name": "a", "resources": limited}]})) == 7 * GIB


def test_a_limit_of_the_whole_pod_bounds_its_containers_and_a_sidecar_needs_one_too() -> None:
    whole = {"limits": {"cpu": "8", "memory": "8Gi"}}
    assert list(without_limit(pod({"containers": [container("a", "2")], "resources": whole}))) == ["ephemeral-storage"]
    every = {"limits": {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"}}
    bounded = {"name": "a", "resources": every}
    assert list(without_limit(pod({"containers": [bounded]}))) == []
    assert list(without_limit(pod({"containers": [bounded], "initContainers": [sidecar("s")]}))) != []
    assert list(without_limit(pod({"containers": [bounded], "initContainers": [container("i")]}))) == []


def state(name: str, restarts: int, **more: object) -> dict[str, object]:
    return {"name": name, "restartCount": restarts, **more}


DONE = {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": "2026-12-01T11:00:00Z"}}
KILLED = {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-12-01T12:00:00Z"}}
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("init_statuses", "statuses", "conditions", "restarts"),
    [
        ([state("i", 4, state={"waiting": {"reason": "CrashLoopBackOff"}})], [state("a", 0)], [], 4),
        ([state("i", 4, state=DONE), state("s", 2, started=True)], [state("a", 1)], [], 3),
        ([state("i", 4, state=DONE), state("s", 2, started=False)], [state("a", 0)], [], 6),
        (
            [state("i", 4, state=DONE), state("s", 2, started=False)],
            [state("a", 1)],
            [{"type": "Initialized", "status": "True"}],
            3,
        ),
        ([], [state("a", 1)], [], 1),
    ],
)
def test_restarts_are_those_that_kubectl_shows(
    init_statuses: list[object], statuses: list[object], conditions: list[object], restarts: int
) -> None:
    spec = {"initContainers": [container("i"), sidecar("s")], "containers": [container("a")]}
    status = {"initContainerStatuses": init_statuses, "containerStatuses": statuses, "conditions": conditions}
    assert pod(spec, status).restart_count == restarts


def test_a_sidecar_that_is_killed_and_restarts_is_seen() -> None:
    spec = {"initContainers": [sidecar("s")], "containers": [container("a")]}
    status = {"initContainerStatuses": [state("s", 1, started=True, lastState=KILLED)]}
    found = pod(spec, status)
    pods = Pods.of([found], lambda _: True)
    assert (hit_at(found), out_of_memory_times(found)) == (NOON, (NOON,))
    assert list(pods.index.out_of_memory) == list(pods.index.hit) == ["w"]


def test_an_init_container_that_is_killed_for_its_memory_is_seen_too() -> None:
    spec = {"initContainers": [container("i")], "containers": [container("a")]}
    found = pod(spec, {"phase": "Pending", "initContainerStatuses": [state("i", 3, lastState=KILLED)]})
    assert (found.restart_count, hit_times(found), out_of_memory_times(found)) == (3, (NOON,), (NOON,))


def test_what_keeps_a_workspace_off_no_node_is_forgotten_with_the_last_one() -> None:
    tolerating = pod({"tolerations": [{"key": "dedicated", "operator": "Exists"}, {"operator": "Exists"}]})
    pods = Pods.of([tolerating], lambda _: True)
    assert [one.key for one in pods.tolerations or ()] == ["dedicated", ""]
    pods.index.drop("w")
    assert pods.tolerations is None
    assert not pods.index.tolerations
