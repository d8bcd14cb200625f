"""What stands behind a region's numbers: nodes by storage, workspaces by how badly they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fakes.noon import NOON
from fakes.region_pods import as_read, region_pods
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Agent, Workspace
from workshop_tui.model.kinds import NODE_STORAGE, NODES, PODS, WORKSPACES
from workshop_tui.model.kubernetes import Container, Node, NodeStorage, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.region_detail import RegionDetail, WorkspaceView
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.observing.region_detail import Made, region_detail
from workshop_tui.observing.storage_trends import StorageTrends
from workshop_tui.settings.settings import Settings

SETTINGS = Settings.model_validate(
    {"region": [{"name": "ohio", "role": "control-plane"}, {"name": "london", "role": "proxy"}]}
)
CLOCK = Clock(wall=lambda: NOON)


def pod(person: str = "ana", number: int = 1, **more: object) -> Pod:
    labels = {
        "app.kubernetes.io/name": "coder-workspace",
        "com.coder.user.username": person,
        "com.coder.workspace.name": "goose",
    }
    base = Pod(
        "coder-ws",
        f"ws-{person}-{number}",
        f"{person}-{number}",
        labels,
        node="n1",
        phase="Running",
        ready=True,
        created_at=NOON + timedelta(seconds=number),
        containers=(Container("dev", "goose:1", ready=True),),
    )
    return base._replace(**more)


def coder(person: str = "ana", status: str = "running", **more: object) -> Workspace:
    base = Workspace(f"id-{person}", "goose", person, "coder", "scratch", status, "start")
    return replace(base, **more)


def container(**more: object) -> tuple[Container, ...]:
    return (Container("dev", "goose:1")._replace(**more),)


def detail(
    *said: tuple[SourceKind[object], object],
    region: str = "ohio",
    made: dict[tuple[str, str], Made] | None = None,
    **readings: Reading,
) -> RegionDetail:
    found = {}
    for kind, items in said:
        key = SourceKey(kind.name, region if kind.per_region else None)
        found[key] = Reading(key, as_read(kind, items), NOON)
    for reading in readings.values():
        found[reading.source] = reading
    (chosen,) = (one for one in SETTINGS.region if one.name == region)
    return region_detail(chosen, found, {}, StorageTrends(), SETTINGS, CLOCK, made)


def only(*said: tuple[SourceKind[object], object]) -> WorkspaceView:
    (view,) = detail(*said).workspaces
    return view


LOST = coder(agents=(Agent("main", "disconnected", "ready"),))
BROKEN_SCRIPT = coder(agents=(Agent("main", "connected", "start_error"),))
STARTING_SCRIPT = coder(agents=(Agent("main", "connected", "starting"),))


@pytest.mark.parametrize(
    ("found", "of_coder", "state", "outcome"),
    [
        (pod(), coder(), "ready", Outcome.PASS),
        (pod(), None, "ready", Outcome.PASS),
        (pod(), LOST, "disconnected", Outcome.FAIL),
        (pod(), BROKEN_SCRIPT, "script failed", Outcome.WARN),
        (pod(), STARTING_SCRIPT, "starting", Outcome.PASS),
        (pod(phase="Pending", ready=False, node=""), None, "starting", Outcome.PASS),
        (pod(phase="Failed", ready=False, reason="Evicted", message="low on disk"), None, "evicted", Outcome.FAIL),
        (pod(phase="Failed", ready=False), None, "failed", Outcome.FAIL),
        (
            pod(phase="Pending", ready=False, containers=container(waiting_reason="ImagePullBackOff")),
            None,
            "failed",
            Outcome.FAIL,
        ),
        (pod(containers=container(restart_count=1, terminated_reason="OOMKilled")), None, "restarted", Outcome.FAIL),
        (pod(deleting=True), None, "stopping", Outcome.PASS),
        (pod(phase="Unknown", ready=False, containers=()), None, "starting", Outcome.PASS),
    ],
)
def test_a_workspace_is_as_its_pod_and_its_agent_say(
    found: Pod, of_coder: Workspace | None, state: str, outcome: Outcome
) -> None:
    view = only((PODS, [found]), (WORKSPACES, (of_coder,) if of_coder else ()))
    assert (view.owner, view.name, view.state, view.outcome) == ("ana", "goose", state, outcome)


def test_one_that_was_hit_tells_since_when_and_not_since_when_it_runs() -> None:
    ended = container(restart_count=1, terminated_at=NOON - timedelta(minutes=4))
    long_ago = NOON - timedelta(days=5)
    assert only((PODS, [pod(started_at=long_ago, containers=ended)])).since == NOON - timedelta(minutes=4)
    failed = pod(phase="Failed", ready=False, started_at=long_ago, failed_at=NOON)
    assert only((PODS, [failed])).since == NOON
    assert only((PODS, [pod(started_at=long_ago)])).since == long_ago


def test_a_workspace_that_was_evicted_and_runs_again_is_the_pod_that_runs() -> None:
    dead = pod(number=1, phase="Failed", ready=False, reason="Evicted")
    assert only((PODS, [dead, pod(number=2)])).pod == "ws-ana-2"


def test_what_waits_for_a_provisioner_is_told_where_the_control_plane_is() -> None:
    queued = coder("bo", "pending", queue_position=3, queue_size=6)
    failed = coder("cleo", "failed", job_error="no quota left")
    said = ((PODS, []), (WORKSPACES, (queued, failed, coder("dan", "stopped"))))
    shown = [(view.owner, view.state, view.reason) for view in detail(*said).workspaces]
    assert shown == [("cleo", "failed", "no quota left"), ("bo", "queued", "3 of 6")]
    assert detail(*said, region="london").workspaces == ()


def test_nodes_come_by_urgency_and_then_by_their_storage_and_one_that_is_not_ready_is_never_fine() -> None:
    nodes = (
        Node("good", ready=True, disk_pressure=False),
        Node("silent", ready=True, disk_pressure=False),
        Node("not-ready", ready=False),
        Node("no-heartbeat", ready=None, disk_pressure=False),
        Node("full", ready=True, disk_pressure=False),
        Node("filling", ready=True, disk_pressure=False),
        Node("pressed-and-silent", ready=True, disk_pressure=True),
    )
    left = {"good": 60, "not-ready": 90, "no-heartbeat": 80, "full": 8, "filling": 25}
    disks = tuple(NodeStorage(name, 100, available) for name, available in left.items())
    found = detail((NODES, nodes), (NODE_STORAGE, disks), (PODS, []))
    assert [(view.name, view.outcome) for view in found.nodes] == [
        ("pressed-and-silent", Outcome.FAIL),
        ("full", Outcome.FAIL),
        ("not-ready", Outcome.FAIL),
        ("filling", Outcome.WARN),
        ("silent", Outcome.UNKNOWN),
        ("no-heartbeat", Outcome.UNKNOWN),
        ("good", Outcome.PASS),
    ]


def test_a_node_counts_its_workspaces_and_tells_what_each_uses() -> None:
    nodes = (Node("n1", ready=True, disk_pressure=False), Node("n2", ready=True, disk_pressure=False))
    disks = (NodeStorage("n1", 100, 60), NodeStorage("n2", 100, 50, pods=(("coder-ws", "ws-ana-1", 42),)))
    found = detail((NODES, nodes), (NODE_STORAGE, disks), (PODS, [pod(node="n2"), pod("bo")]))
    assert {view.name: view.workspace_count for view in found.nodes} == {"n1": 1, "n2": 1}
    assert [view.storage_used_bytes for view in found.on_node("n2")] == [42]


@pytest.mark.parametrize(
    ("old", "nodes", "workspaces"),
    [
        (NODES, ["fail", "unknown"], ["fail", "pass"]),
        (NODE_STORAGE, ["fail", "unknown"], ["fail", "pass"]),
        (PODS, ["fail", "pass"], ["fail", "unknown"]),
        (WORKSPACES, ["fail", "pass"], ["fail", "unknown"]),
    ],
    ids=lambda value: value.name if isinstance(value, SourceKind) else "",
)
def test_what_passed_on_data_that_is_too_old_is_unknown_and_what_failed_stays(
    old: SourceKind[object], nodes: list[str], workspaces: list[str]
) -> None:
    said: dict[SourceKind[Any], object] = {
        NODES: (Node("n1", ready=True, disk_pressure=False), Node("n2", ready=True, disk_pressure=False)),
        NODE_STORAGE: (NodeStorage("n1", 100, 60), NodeStorage("n2", 100, 8)),
        PODS: region_pods([pod(), pod("bo", phase="Failed", ready=False)]),
        WORKSPACES: (coder(), coder("bo")),
    }
    key = SourceKey(old.name, "ohio" if old.per_region else None)
    stale = Reading(key, said[old], NOON - timedelta(hours=1))
    found = detail(*((kind, items) for kind, items in said.items() if kind is not old), stale=stale)
    assert [view.outcome for view in found.nodes] == nodes
    assert [view.outcome for view in found.workspaces] == workspaces
    assert found.unknown == (f"{old.title}: silent; last data 60 min old",)


def test_a_workspace_that_changed_is_seen_and_one_that_did_not_keeps_its_view() -> None:
    made: dict[tuple[str, str], Made] = {}

    def told(*pods: Pod, of_coder: Workspace | None = None, used: int = 7) -> dict[str, WorkspaceView]:
        disks = (NodeStorage("n1", 100, 60, pods=(("coder-ws", "ws-ana-1", used),)),)
        by_coder = (of_coder,) if of_coder else ()
        said = ((PODS, pods), (WORKSPACES, by_coder), (NODE_STORAGE, disks))
        return {view.owner: view for view in detail(*said, made=made).workspaces}

    before = told(pod(), pod("bo"))
    assert told(pod(), pod("bo"))["ana"] is before["ana"]
    assert told(pod(ready=False), pod("bo"))["ana"].state == "starting"
    assert told(pod(), pod("bo"), of_coder=LOST)["ana"].state == "disconnected"
    assert told(pod(), pod("bo"), used=9)["ana"].storage_used_bytes == 9
    assert set(told(pod("bo"))) == {"bo"}


def test_what_cannot_be_read_is_said_with_its_reason() -> None:
    key = SourceKey(NODES.name, "ohio")
    broken = Reading(key, None, None, SourceError(ErrorKind.FORBIDDEN, "cannot list nodes"), NOON)
    found = detail((PODS, []), nodes=broken)
    assert any("cannot list nodes" in line for line in found.unknown)
    assert any(line.startswith("node storage: no answer yet") for line in found.unknown)
