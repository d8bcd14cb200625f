"""Scale a Deployment or StatefulSet; its inverse is the scale that it had."""

from __future__ import annotations

from dataclasses import replace

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import ScaleWire
from workshop_tui.model.platform_action import ActionPlan, Scale


async def plan(cluster: Cluster, action: Scale) -> ActionPlan:
    """What it would find. Raises `SourceError`."""
    found = await cluster.get(_path(action), ScaleWire)
    replicas = found.spec.replicas
    plural = "" if replicas == 1 else "s"
    return ActionPlan(action, replace(action, replicas=replicas), f"{replicas} replica{plural}", _version(found))


async def apply(cluster: Cluster, action: Scale, version: str, *, dry_run: bool = False) -> None:
    """Only what was looked at, at `version`. Raises `Changed` when it is another by now, `SourceError`."""
    wanted = {"metadata": {"resourceVersion": version}, "spec": {"replicas": action.replicas}}
    await cluster.patch(_path(action), wanted, dry_run=dry_run)


def _path(action: Scale) -> str:
    return f"/apis/apps/v1/namespaces/{action.namespace}/{action.kind}/{action.name}/scale"


def _version(found: ScaleWire) -> str:
    return found.metadata.resource_version
