"""Which sources ask the same server: when one of them is answered after an outage, the others will be too."""

from __future__ import annotations

from workshop_tui.model.kinds import (
    ACCOUNTS,
    CODER_RIGHTS,
    CODER_TARGETS,
    CREDITS,
    CRON_JOBS,
    GATEWAY_HEALTH,
    GATEWAY_KEY,
    GATEWAY_MODELS,
    GATEWAY_PODS,
    KARPENTER,
    MEASURE_QUERIES,
    NODE_STORAGE,
    NODES,
    POD_EVENTS,
    PODS,
    PROMETHEUS_HEALTH,
    PROVIDER_CREDENTIALS,
    PROVISIONERS,
    PROXIES,
    PULL_SECRETS,
    QUOTAS,
    RIGHTS,
    SIGN_IN,
    SIGN_INS,
    TARGETS,
    WORKSPACES,
)
from workshop_tui.model.source import SourceKey
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.settings import Settings

OF_CODER = (WORKSPACES, PROVISIONERS, PROXIES, SIGN_IN, SIGN_INS, ACCOUNTS, CREDITS, CODER_TARGETS, CODER_RIGHTS)
_OF_PLATFORM = {
    **{kind.name: "Coder" for kind in OF_CODER},
    **{kind.name: "gateway" for kind in (GATEWAY_KEY, GATEWAY_HEALTH, GATEWAY_MODELS)},
    **{kind.name: "Prometheus" for kind in (PROMETHEUS_HEALTH, MEASURE_QUERIES)},
}
_OF_CLUSTER = frozenset(
    kind.name
    for kind in (
        CRON_JOBS,
        KARPENTER,
        NODE_STORAGE,
        NODES,
        POD_EVENTS,
        PODS,
        PULL_SECRETS,
        QUOTAS,
        RIGHTS,
        TARGETS,
    )
)
_OF_GATEWAY_CLUSTER = frozenset((GATEWAY_PODS.name, PROVIDER_CREDENTIALS.name))


def server_of(source: SourceKey, settings: Settings) -> str | None:
    """None for one that asks several, or a server of its own."""
    if source.kind in _OF_CLUSTER:
        return f"cluster {source.region}"
    if source.kind in _OF_GATEWAY_CLUSTER:
        region = settings.gateway_region
        return f"cluster {region.name}" if region is not None else None
    if source.kind == GATEWAY_HEALTH.name and settings.gateway.kind is GatewayKind.AI_BRIDGE:
        return "Coder"
    return _OF_PLATFORM.get(source.kind)
