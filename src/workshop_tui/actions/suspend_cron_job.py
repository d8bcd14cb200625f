"""Suspend a CronJob; its inverse is the state that it had."""

from __future__ import annotations

from dataclasses import replace

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import CronJobWire
from workshop_tui.model.platform_action import ActionPlan, Suspend


async def plan(cluster: Cluster, action: Suspend) -> ActionPlan:
    """What it would find. Raises `SourceError`."""
    found = await cluster.get(_path(action), CronJobWire)
    suspended = bool(found.spec.suspend)
    state = "suspended" if suspended else f"runs by its schedule {found.spec.schedule}"
    return ActionPlan(action, replace(action, suspended=suspended), state, found.metadata.resource_version)


async def apply(cluster: Cluster, action: Suspend, version: str, *, dry_run: bool = False) -> None:
    """Only what was looked at, at `version`. Raises `Changed` when it is another by now, `SourceError`."""
    wanted = {"metadata": {"resourceVersion": version}, "spec": {"suspend": action.suspended}}
    await cluster.patch(_path(action), wanted, dry_run=dry_run)


def _path(action: Suspend) -> str:
    return f"/apis/batch/v1/namespaces/{action.namespace}/cronjobs/{action.name}"
