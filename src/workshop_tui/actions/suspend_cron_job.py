"""Suspend a CronJob; its inverse is the state that it had."""

from __future__ import annotations

from dataclasses import replace

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import CronJobWire
from workshop_tui.model.deed import Prospect, Suspend


async def look(cluster: Cluster, deed: Suspend) -> Prospect:
    """What it would find. Raises `SourceError`."""
    found = await cluster.get(_path(deed), CronJobWire)
    suspended = bool(found.spec.suspend)
    state = "suspended" if suspended else f"runs by its schedule {found.spec.schedule}"
    return Prospect(deed, replace(deed, suspended=suspended), state, found.metadata.resource_version)


async def carry_out(cluster: Cluster, deed: Suspend, version: str, *, dry_run: bool = False) -> None:
    """Only what was looked at, at `version`. Raises `Changed` when it is another by now, `SourceError`."""
    wanted = {"metadata": {"resourceVersion": version}, "spec": {"suspend": deed.suspended}}
    await cluster.patch(_path(deed), wanted, dry_run=dry_run)


def _path(deed: Suspend) -> str:
    return f"/apis/batch/v1/namespaces/{deed.namespace}/cronjobs/{deed.name}"
