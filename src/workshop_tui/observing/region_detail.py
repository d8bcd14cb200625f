"""What stands behind a region's numbers, from the newest readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Workspace
from workshop_tui.model.kinds import NODE_STORAGE, NODES, PODS, WORKSPACES
from workshop_tui.model.kubernetes import Node, NodeStorage, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import PodIndex, Pods, WorkspaceKey, hit_at
from workshop_tui.model.region_detail import NodeView, RegionDetail, WorkspaceView, unproven, urgency
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.observing.storage_trends import StorageTrends
from workshop_tui.observing.usable import why_unusable
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_QUEUED = ("pending",)
_ON_THE_WAY = ("pending", "starting", "failed", "canceled")
_HIT = ("restarted", "evicted", "failed")
"""Since when tells when that was."""
_BROKEN_PULL = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName")


class Made(NamedTuple):
    """A workspace's view, and what it was made of."""

    pods: tuple[Pod, ...]
    coder: Workspace | None
    view: WorkspaceView


def region_detail(
    region: Region,
    readings: Mapping[SourceKey, Reading],
    not_configured: Mapping[SourceKey, str],
    trends: StorageTrends,
    settings: Settings,
    clock: Clock,
    made: dict[WorkspaceKey, Made] | None = None,
) -> RegionDetail:
    """Costs as the region's pods and nodes count: for a person who looks, and once a minute for the recording.

    `made`: what was made of the region before, and will be of use next time; what did not change is not made anew.
    """
    now = clock.now()
    unknown: list[str] = []
    unusable: set[SourceKind[Any]] = set()
    times: list[datetime] = []

    def items(kind: SourceKind[Any]) -> object | None:
        key = SourceKey(kind.name, region.name if kind.per_region else None)
        if key in not_configured:
            return None
        reading = readings.get(key)
        why = why_unusable(reading, kind, clock, now)
        if reading is not None and reading.taken_at is not None:
            times.append(reading.taken_at)
        if why is not None:
            unknown.append(f"{kind.title}: {why}")
            unusable.add(kind)
        return reading.items if reading is not None else None

    nodes = cast("tuple[Node, ...]", items(NODES) or ())
    storage = {disk.node: disk for disk in cast("tuple[NodeStorage, ...]", items(NODE_STORAGE) or ())}
    pods = cast("Pods | None", items(PODS))
    index = pods.index if pods is not None else None
    coder = cast("tuple[Workspace, ...]", items(WORKSPACES) or ())
    by_key = {(workspace.owner, workspace.name): workspace for workspace in coder}
    used = {(namespace, pod): size for disk in storage.values() for namespace, pod, size in disk.pods}
    disks = [_node(node, storage.get(node.name), index, trends, region, settings) for node in nodes]
    before = made if made is not None else {}
    after = {
        key: _made(before.get(key), key, tuple(group.values()), by_key.get(key), used)
        for key, group in _workspaces(index)
    }
    views = [one.view for one in after.values()]
    if made is not None:
        made.clear()
        made.update(after)
    if region.role.hosts_platform:
        views += [_without_pod(workspace) for workspace in _on_the_way(by_key.values(), readings)]
    if unusable & {NODES, NODE_STORAGE}:
        disks = [unproven(view) for view in disks]
    if unusable & {PODS, WORKSPACES}:
        views = [unproven(view) for view in views]
    return RegionDetail(
        region.name,
        min(times, default=None),
        tuple(sorted(disks, key=_fullest)),
        tuple(sorted(views, key=lambda view: (urgency(view.outcome), view.state == "ready", view.owner, view.name))),
        tuple(unknown),
    )


def _workspaces(index: PodIndex | None) -> Iterable[tuple[WorkspaceKey, dict[str, Pod]]]:
    return index.workspaces.items() if index is not None else ()


def _on_the_way(coder: Iterable[Workspace], readings: Mapping[SourceKey, Reading]) -> Iterator[Workspace]:
    """Those that are to start and have no pod, in whatever region."""
    held = (reading.items for key, reading in readings.items() if key.kind == PODS.name)
    indices = [pods.index for pods in held if isinstance(pods, Pods)]
    for workspace in coder:
        if workspace.status in _ON_THE_WAY and workspace.transition == "start":
            key = (workspace.owner, workspace.name)
            if not any(key in index.workspaces for index in indices):
                yield workspace


def _fullest(view: NodeView) -> tuple[int, float, str]:
    """Of those that are equally urgent; one that does not tell comes before those that tell."""
    share = view.used_share
    return (urgency(view.outcome), -1.0 if share is None else -share, view.name)


def _node(
    node: Node,
    disk: NodeStorage | None,
    index: PodIndex | None,
    trends: StorageTrends,
    region: Region,
    settings: Settings,
) -> NodeView:
    notice, alarm, _ = settings.thresholds.storage_live_shares
    asked = index.requested.get(node.name) if index is not None else None
    if node.ready is False or node.disk_pressure or (disk is not None and disk.used_share >= alarm):
        outcome = Outcome.FAIL
    elif disk is not None and disk.used_share >= notice:
        outcome = Outcome.WARN
    else:
        outcome = Outcome.UNKNOWN if disk is None or node.ready is None or node.disk_pressure is None else Outcome.PASS
    return NodeView(
        name=node.name,
        pool=node.pool,
        ready=node.ready,
        disk_pressure=node.disk_pressure,
        unschedulable=node.unschedulable,
        capacity_bytes=disk.capacity_bytes if disk else None,
        available_bytes=disk.available_bytes if disk else None,
        measured_at=disk.measured_at if disk else None,
        full_in=trends.full_in(region.name, disk) if disk else None,
        outcome=outcome,
        workspace_count=len(index.by_node.get(node.name, ())) if index is not None else 0,
        cpu_requested_cores=asked.cpu_cores if asked else 0.0,
        cpu_cores=node.allocatable_cpu_cores,
        memory_requested_bytes=asked.memory_bytes if asked else 0.0,
        memory_bytes=node.allocatable_memory_bytes,
    )


def _made(
    before: Made | None,
    key: WorkspaceKey,
    pods: tuple[Pod, ...],
    coder: Workspace | None,
    used: Mapping[tuple[str, str], int],
) -> Made:
    if before is not None and before.pods == pods and before.coder == coder:
        view = before.view
        if used.get((view.namespace, view.pod)) == view.storage_used_bytes:
            return before
    return Made(pods, coder, _workspace(key, pods, coder, used))


def _workspace(
    key: WorkspaceKey, pods: tuple[Pod, ...], coder: Workspace | None, used: Mapping[tuple[str, str], int]
) -> WorkspaceView:
    """A workspace that was evicted and runs again shows the pod that runs."""
    newest = max(
        pods, key=lambda pod: (pod.phase in ("Running", "Pending"), not pod.deleting, _seconds(pod.created_at))
    )
    state, outcome, reason = next(_states(newest, coder))
    owner, name = key
    return WorkspaceView(
        owner=owner,
        name=name,
        node=newest.node,
        namespace=newest.namespace,
        pod=newest.name,
        template=coder.template if coder else "",
        state=state,
        outcome=outcome,
        since=(hit_at(newest) if state in _HIT else None) or newest.started_at or newest.created_at,
        restarts=newest.restart_count,
        reason=reason,
        storage_used_bytes=used.get((newest.namespace, newest.name)),
    )


def _states(pod: Pod, coder: Workspace | None) -> Iterator[tuple[str, Outcome, str]]:
    """The first that holds: what hurts most comes first."""
    if pod.reason == "Evicted":
        yield "evicted", Outcome.FAIL, pod.message
    if pod.phase == "Failed":
        yield "failed", Outcome.FAIL, pod.message or pod.reason
    for container in pod.every_container:
        if container.waiting_reason in _BROKEN_PULL or container.waiting_reason == "CrashLoopBackOff":
            yield "failed", Outcome.FAIL, container.waiting_reason
    agents = coder.agents if coder else ()
    lost = [agent for agent in agents if agent.status in ("disconnected", "timeout")]
    if lost and pod.ready:
        yield "disconnected", Outcome.FAIL, f"agent {lost[0].name} {lost[0].status}"
    if pod.deleting:
        yield "stopping", Outcome.PASS, ""
    if pod.restart_count:
        why = next(
            (one.terminated_reason for one in pod.counted_containers if one.restart_count and one.terminated_reason), ""
        )
        yield "restarted", Outcome.FAIL, why
    script = [agent for agent in agents if agent.lifecycle in ("start_error", "start_timeout")]
    if script:
        yield "script failed", Outcome.WARN, f"agent {script[0].name}: {script[0].lifecycle}"
    if pod.phase == "Running" and pod.ready:
        if agents and any(agent.lifecycle in ("created", "starting") for agent in agents):
            yield "starting", Outcome.PASS, "start-up script"
        yield "ready", Outcome.PASS, ""
    waiting = next((one.waiting_reason for one in pod.every_container if one.waiting_reason), "")
    yield "starting", Outcome.PASS, waiting or ("no node yet" if not pod.node else "")


def _without_pod(workspace: Workspace) -> WorkspaceView:
    failed = workspace.status in ("failed", "canceled")
    queued = workspace.status in _QUEUED
    place = f"{workspace.queue_position} of {workspace.queue_size}" if queued and workspace.queue_size else ""
    return WorkspaceView(
        owner=workspace.owner,
        name=workspace.name,
        node="",
        namespace="",
        pod="",
        template=workspace.template,
        state="queued" if queued else workspace.status,
        outcome=Outcome.FAIL if failed else Outcome.PASS,
        since=workspace.job_started_at or workspace.created_at,
        reason=workspace.job_error or place,
    )


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0
