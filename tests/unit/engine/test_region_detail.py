"""What stands behind a region's numbers: nodes by storage, workspaces by how badly they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from fakes.region_pods import region_pods
from workshop_tui.engine.region_detail import region_detail
from workshop_tui.engine.storage_trends import StorageTrends
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Agent, Workspace
from workshop_tui.model.kinds import NODE_STORAGE, NODES, PODS, WORKSPACES
from workshop_tui.model.kubernetes import Container, Node, NodeStorage, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.region_detail import RegionDetail, WorkspaceView
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.settings import Settings

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
    return replace(base, **more)


def coder(person: str = "ana", status: str = "running", **more: object) -> Workspace:
    base = Workspace(f"id-{person}", "goose", person, "coder", "scratch", status, "start")
    return replace(base, **more)


def container(**more: object) -> tuple[Container, ...]:
    return (replace(Container("dev", "goose:1"), **more),)


def detail(*said: tuple[SourceKind[object], object], region: str = "ohio", **readings: Reading) -> RegionDetail:
    found = {}
    for kind, items in said:
        key = SourceKey(kind.name, region if kind.per_region else None)
        found[key] = Reading(key, region_pods(items) if kind is PODS else items, NOON)
    for reading in readings.values():
        found[reading.source] = reading
    (chosen,) = (one for one in SETTINGS.region if one.name == region)
    return region_detail(chosen, found, {}, StorageTrends(), SETTINGS, CLOCK)


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


def test_nodes_come_by_their_storage_and_those_that_do_not_tell_come_last_and_are_not_fine() -> None:
    nodes = tuple(Node(name, allocatable_cpu_cores=16) for name in ("n1", "n2", "n3"))
    disks = (NodeStorage("n1", 100, 60), NodeStorage("n2", 100, 8, pods=(("coder-ws", "ws-ana-1", 42),)))
    found = detail((NODES, nodes), (NODE_STORAGE, disks), (PODS, [pod(node="n2"), pod("bo")]))
    assert [(view.name, view.outcome, view.workspace_count) for view in found.nodes] == [
        ("n2", Outcome.FAIL, 1),
        ("n1", Outcome.PASS, 1),
        ("n3", Outcome.UNKNOWN, 0),
    ]
    assert [view.storage_used_bytes for view in found.on_node("n2")] == [42]


def test_what_cannot_be_read_is_said_with_its_reason() -> None:
    key = SourceKey(NODES.name, "ohio")
    broken = Reading(key, None, None, SourceError(ErrorKind.FORBIDDEN, "cannot list nodes"), NOON)
    found = detail((PODS, []), nodes=broken)
    assert any("cannot list nodes" in line for line in found.unknown)
    assert any(line.startswith("node storage: no answer yet") for line in found.unknown)
