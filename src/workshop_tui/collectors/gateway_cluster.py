"""Which sources of the gateway lie in a cluster, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.collectors.gateway_pods import GatewayPodsSource
from workshop_tui.collectors.provider_credentials import ProviderCredentialsSource
from workshop_tui.model.kinds import GATEWAY_PODS, PROVIDER_CREDENTIALS
from workshop_tui.model.source import Source, SourceKey
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_PODS, _CREDENTIALS = SourceKey(GATEWAY_PODS.name), SourceKey(PROVIDER_CREDENTIALS.name)


def not_in_a_cluster(settings: Settings) -> Mapping[SourceKey, str]:
    """What is not asked, with the reason in plain words."""
    if settings.gateway.kind is GatewayKind.NONE:
        return dict.fromkeys((_PODS, _CREDENTIALS), "no gateway is configured")
    if settings.gateway.kind is GatewayKind.AI_BRIDGE:
        return {
            _PODS: "the AI bridge runs inside the Coder server, it has no replicas of its own",
            _CREDENTIALS: "the AI bridge keeps its providers' credentials inside the Coder server",
        }
    if settings.gateway_region is None:
        reason = "no control plane with a kube context and a namespace of the gateway is configured"
        return dict.fromkeys((_PODS, _CREDENTIALS), reason)
    return {} if settings.gateway.credential else {_CREDENTIALS: "gateway.credential names none"}


def gateway_sources(settings: Settings, region: Region, cluster: Cluster) -> list[Source]:
    """Of this region's cluster; none where the gateway is elsewhere."""
    if region is not settings.gateway_region:
        return []
    left_out = not_in_a_cluster(settings)
    sources: list[tuple[SourceKey, Source]] = [
        (_PODS, GatewayPodsSource(cluster, region)),
        (_CREDENTIALS, ProviderCredentialsSource(cluster, region, settings.gateway)),
    ]
    return [source for key, source in sources if key not in left_out]
