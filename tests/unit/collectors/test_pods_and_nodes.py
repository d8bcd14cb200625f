from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from workshop_tui.clients.kubernetes_wire import NodeWire, PodWire
from workshop_tui.collectors.nodes import node_of
from workshop_tui.collectors.pods import pod_of
from workshop_tui.model.kubernetes import Container, Node, Pod

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
GIB = 2**30


def pod(**wire: object) -> Pod:
    return pod_of(msgspec.json.decode(msgspec.json.encode({"metadata": {"name": "a"}, **wire}), type=PodWire))


def node(**wire: object) -> Node:
    return node_of(msgspec.json.decode(msgspec.json.encode({"metadata": {"name": "n"}, **wire}), type=NodeWire))


def conditions(**by_type: str) -> dict[str, object]:
    return {"status": {"conditions": [{"type": kind, "status": status} for kind, status in by_type.items()]}}


def test_a_running_pod_is_read_with_all_that_checks_need() -> None:
    found = pod(
        metadata={
            "name": "coder-ana",
            "namespace": "coder-ws",
            "uid": "u-1",
            "labels": {"app": "coder-workspace"},
            "creationTimestamp": "2026-12-01T12:00:00Z",
            "ownerReferences": [
                {"kind": "Node", "name": "n-1"},
                {"kind": "ReplicaSet", "name": "coder-ana-7d", "controller": True},
            ],
        },
        spec={
            "nodeName": "n-1",
            "containers": [
                {
                    "name": "dev",
                    "image": "ghcr.io/coder/goose:1",
                    "resources": {
                        "requests": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "20Gi"},
                        "limits": {"cpu": 2, "memory": "2Gi"},
                    },
                }
            ],
        },
        status={
            "phase": "Running",
            "startTime": "2026-12-01T12:00:00Z",
            "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}],
            "containerStatuses": [
                {
                    "name": "dev",
                    "ready": True,
                    "restartCount": 2,
                    "imageID": "ghcr.io/coder/goose@sha256:01",
                    "state": {"running": {"startedAt": "2026-12-01T12:00:00Z"}},
                    "lastState": {
                        "terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-12-01T12:00:00Z"}
                    },
                }
            ],
        },
    )
    assert found == Pod(
        namespace="coder-ws",
        name="coder-ana",
        uid="u-1",
        labels={"app": "coder-workspace"},
        owner_kind="ReplicaSet",
        owner_name="coder-ana-7d",
        node="n-1",
        phase="Running",
        created_at=NOON,
        started_at=NOON,
        ready=True,
        containers=(
            Container(
                name="dev",
                image="ghcr.io/coder/goose:1",
                image_id="ghcr.io/coder/goose@sha256:01",
                ready=True,
                restart_count=2,
                terminated_reason="OOMKilled",
                terminated_at=NOON,
                cpu_request_cores=0.5,
                memory_request_bytes=GIB,
                ephemeral_storage_request_bytes=20 * GIB,
                cpu_limit_cores=2,
                memory_limit_bytes=2 * GIB,
                ephemeral_storage_limit_bytes=None,
            ),
        ),
    )
    assert found.restart_count == 2


def test_amounts_that_cannot_be_are_unknown_and_restarts_have_a_limit() -> None:
    resources = {"requests": {"memory": "100E"}, "limits": {"memory": 10**23}}
    found = pod(
        spec={"containers": [{"name": "dev", "resources": resources}]},
        status={"containerStatuses": [{"name": "dev", "restartCount": 2**70}]},
    )
    (container,) = found.containers
    assert (container.memory_request_bytes, container.memory_limit_bytes) == (None, None)
    assert found.restart_count == 2**31 - 1


def test_a_pod_that_nobody_has_placed_yet_is_pending_and_not_ready() -> None:
    found = pod(spec={"containers": [{"name": "dev", "image": "i"}]}, status={"phase": "Pending"})
    assert (found.phase, found.node, found.ready, found.started_at) == ("Pending", "", False, None)
    assert found.containers == (Container("dev", "i"),)


def test_a_pod_of_which_nothing_is_known_is_unknown_and_not_ready() -> None:
    found = pod()
    assert (found.phase, found.ready, found.containers, found.created_at) == ("Unknown", False, (), None)


def test_a_pod_that_is_being_deleted_says_so() -> None:
    assert pod(metadata={"name": "a", "deletionTimestamp": "2026-12-01T12:00:00Z"}).deleting


def test_an_evicted_pod_keeps_its_reason_and_words() -> None:
    words = "The node was low on resource: ephemeral-storage."
    found = pod(status={"phase": "Failed", "reason": "Evicted", "message": words})
    assert (found.phase, found.reason, found.message) == ("Failed", "Evicted", words)


ENDED = [{"name": "dev", "state": {"terminated": {"reason": "Error", "finishedAt": "2026-12-01T12:00:00Z"}}}]
CHANGED = [
    {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-12-01T10:00:00Z"},
    {"type": "Ready", "status": "False", "lastTransitionTime": "2026-12-01T12:00:00Z"},
]


@pytest.mark.parametrize(
    ("status", "at"),
    [
        ({"phase": "Failed", "containerStatuses": ENDED}, NOON),
        ({"phase": "Failed", "conditions": CHANGED}, NOON),
        ({"phase": "Failed", "containerStatuses": ENDED, "conditions": CHANGED[:1]}, NOON),
        ({"phase": "Failed", "containerStatuses": [{"name": "dev"}], "conditions": [{"type": "Ready"}]}, None),
        ({"phase": "Failed"}, None),
        ({"phase": "Running", "containerStatuses": ENDED, "conditions": CHANGED}, None),
    ],
    ids=["containers", "conditions", "both", "neither tells a time", "nothing", "it runs"],
)
def test_when_a_pod_failed_is_read(status: dict[str, object], at: datetime | None) -> None:
    assert pod(status=status).failed_at == at


@pytest.mark.parametrize("ready", ["False", "Unknown", ""])
def test_only_a_ready_condition_of_true_is_ready(ready: str) -> None:
    assert not pod(**conditions(Ready=ready)).ready


@pytest.mark.parametrize(
    ("status", "waiting", "terminated"),
    [
        ({"state": {"waiting": {"reason": "ImagePullBackOff", "message": "x"}}}, "ImagePullBackOff", ""),
        ({"state": {"waiting": {}}}, "", ""),
        ({"state": {"waiting": None}, "lastState": None}, "", ""),
        ({"state": {"terminated": {"reason": "Error"}}, "lastState": {"terminated": {"reason": "x"}}}, "", "Error"),
        (
            {
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "OOMKilled"}},
            },
            "CrashLoopBackOff",
            "OOMKilled",
        ),
        ({"state": {"terminated": {"exitCode": 0}}}, "", ""),
        ({}, "", ""),
    ],
)
def test_why_a_container_waits_or_ended_is_read(status: dict[str, object], waiting: str, terminated: str) -> None:
    found = pod(
        spec={"containers": [{"name": "dev"}, {"name": "without-a-status"}]},
        status={"containerStatuses": [{"name": "dev", **status}, {"name": "of-no-container"}]},
    )
    assert [container.name for container in found.containers] == ["dev", "without-a-status"]
    assert (found.containers[0].waiting_reason, found.containers[0].terminated_reason) == (waiting, terminated)


@pytest.mark.parametrize(
    ("by_type", "ready", "pressure"),
    [
        ({"Ready": "True", "DiskPressure": "False"}, True, False),
        ({"Ready": "False", "DiskPressure": "True"}, False, True),
        ({"Ready": "Unknown", "DiskPressure": "Unknown"}, None, None),
        ({"Ready": "", "DiskPressure": "yes"}, None, None),
        ({}, None, None),
    ],
)
def test_a_node_that_does_not_say_is_unknown(
    by_type: dict[str, str], ready: bool | None, pressure: bool | None
) -> None:
    found = node(**conditions(**by_type))
    assert (found.ready, found.disk_pressure) == (ready, pressure)


def test_a_node_is_read_with_all_that_checks_need() -> None:
    found = node(
        metadata={"name": "n-1", "labels": {"karpenter.sh/nodepool": "coder-workspace", "kubernetes.io/arch": "arm64"}},
        spec={"unschedulable": True},
        status={
            "allocatable": {"cpu": "15890m", "memory": "28Gi", "ephemeral-storage": "189274931264", "pods": "58"},
            "nodeInfo": {"kubeletVersion": "v1.33.1", "architecture": "amd64", "osImage": "x"},
        },
    )
    assert found == Node(
        name="n-1",
        architecture="amd64",
        unschedulable=True,
        pool="coder-workspace",
        kubelet_version="v1.33.1",
        allocatable_cpu_cores=pytest.approx(15.89),
        allocatable_memory_bytes=28 * GIB,
    )


def test_a_nodes_label_tells_its_architecture_where_the_kubelet_does_not() -> None:
    assert node(metadata={"name": "n", "labels": {"kubernetes.io/arch": "arm64"}}).architecture == "arm64"
    assert node(metadata={"name": "n", "labels": None}) == Node("n")


def test_a_heartbeat_changes_nothing() -> None:
    def beat(time: str) -> Node:
        ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": time}
        return node(metadata={"name": "n", "resourceVersion": time}, status={"conditions": [ready]})

    assert beat("2026-12-01T12:00:00Z") == beat("2026-12-01T12:00:10Z")
