"""The resource types that a simulated cluster serves."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.rehearsal.world.objects import Kind


@dataclass(frozen=True, slots=True)
class ResourceType:
    kind: Kind
    group: str
    """Empty for the core group."""
    version: str
    kind_name: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


TYPES = {
    (type_.group, type_.version, type_.kind.value): type_
    for type_ in (
        ResourceType(Kind.PODS, "", "v1", "Pod", namespaced=True),
        ResourceType(Kind.NODES, "", "v1", "Node", namespaced=False),
        ResourceType(Kind.EVENTS, "", "v1", "Event", namespaced=True),
        ResourceType(Kind.NAMESPACES, "", "v1", "Namespace", namespaced=False),
        ResourceType(Kind.RESOURCEQUOTAS, "", "v1", "ResourceQuota", namespaced=True),
        ResourceType(Kind.LIMITRANGES, "", "v1", "LimitRange", namespaced=True),
        ResourceType(Kind.DEPLOYMENTS, "apps", "v1", "Deployment", namespaced=True),
        ResourceType(Kind.STATEFULSETS, "apps", "v1", "StatefulSet", namespaced=True),
        ResourceType(Kind.DAEMONSETS, "apps", "v1", "DaemonSet", namespaced=True),
        ResourceType(Kind.CRONJOBS, "batch", "v1", "CronJob", namespaced=True),
        ResourceType(Kind.NODEPOOLS, "karpenter.sh", "v1", "NodePool", namespaced=False),
        ResourceType(Kind.NODECLAIMS, "karpenter.sh", "v1", "NodeClaim", namespaced=False),
    )
}
