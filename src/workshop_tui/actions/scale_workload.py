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


async def carry_out(cluster: Cluster, deed: Scale, version: str) -> None:
    """Only what was looked at, at `version`. Raises `SourceError`."""
    wanted = {"metadata": {"resourceVersion": version}, "spec": {"replicas": deed.replicas}}
    await cluster.patch(_path(deed), wanted)


def _path(deed: Scale) -> str:
    return f"/apis/apps/v1/namespaces/{deed.namespace}/{deed.kind}/{deed.name}/scale"


def _version(found: ScaleWire) -> str:
    return found.metadata.resource_version
