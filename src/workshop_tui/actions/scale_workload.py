"""Scale a Deployment or StatefulSet; its inverse is the scale that it had."""

from __future__ import annotations

from dataclasses import replace

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import ScaleWire
from workshop_tui.model.deed import Prospect, Scale


async def look(cluster: Cluster, deed: Scale) -> Prospect:
    """What it would find. Raises `SourceError`."""
    found = await cluster.get(_path(deed), ScaleWire)
    replicas = found.spec.replicas
    plural = "" if replicas == 1 else "s"
    return Prospect(deed, replace(deed, replicas=replicas), f"{replicas} replica{plural}", _version(found))


async def carry_out(cluster: Cluster, deed: Scale, version: str, *, dry_run: bool = False) -> None:
    """Only what was looked at, at `version`. Raises `Changed` when it is another by now, `SourceError`."""
    wanted = {"metadata": {"resourceVersion": version}, "spec": {"replicas": deed.replicas}}
    await cluster.patch(_path(deed), wanted, dry_run=dry_run)


def _path(deed: Scale) -> str:
    return f"/apis/apps/v1/namespaces/{deed.namespace}/{deed.kind}/{deed.name}/scale"


def _version(found: ScaleWire) -> str:
    return found.metadata.resource_version
