"""The pods of the gateway's namespace."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.collectors.pods import pod_of
from workshop_tui.model.kinds import GATEWAY_PODS
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class GatewayPodsSource:
    """`settings`: the region whose cluster runs the gateway."""

    cluster: Cluster
    settings: Region
    interval_s: float = 30
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[Pod, ...]] = GATEWAY_PODS

    async def collect(self) -> tuple[Pod, ...]:
        page = await self.cluster.list_all(f"/api/v1/namespaces/{self.settings.namespaces.gateway}/pods", PodWire)
        return tuple(pod_of(wire) for wire in page.items)
