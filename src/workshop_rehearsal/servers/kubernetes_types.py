"""The resource types that a simulated cluster serves, and what may be done to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import msgspec

from workshop_rehearsal.servers.object_store import Stored
from workshop_rehearsal.world.objects import Kind

READS = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class ResourceType:
    kind: Kind
    group: str
    """Empty for the core group."""
    version: str
    kind_name: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    """Verbs beside those that read."""
    subresources: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def plural(self) -> str:
        """As messages name it: `deployments.apps`."""
        return f"{self.kind.value}.{self.group}" if self.group else self.kind.value


MONITORING = "monitoring.coreos.com"
_CHANGES = ("patch", "update")

TYPES = {
    (type_.group, type_.version, type_.kind.value): type_
    for type_ in (
        ResourceType(
            Kind.PODS,
            "",
            "v1",
            "Pod",
            namespaced=True,
            short_names=("po",),
            writes=("delete",),
            subresources=("eviction",),
        ),
        ResourceType(Kind.NODES, "", "v1", "Node", namespaced=False, short_names=("no",), writes=("delete", *_CHANGES)),
        ResourceType(Kind.EVENTS, "", "v1", "Event", namespaced=True, short_names=("ev",)),
        ResourceType(Kind.NAMESPACES, "", "v1", "Namespace", namespaced=False, short_names=("ns",)),
        ResourceType(
            Kind.RESOURCEQUOTAS, "", "v1", "ResourceQuota", namespaced=True, short_names=("quota",), writes=_CHANGES
        ),
        ResourceType(Kind.LIMITRANGES, "", "v1", "LimitRange", namespaced=True, short_names=("limits",)),
        ResourceType(
            Kind.DEPLOYMENTS,
            "apps",
            "v1",
            "Deployment",
            namespaced=True,
            short_names=("deploy",),
            writes=_CHANGES,
            subresources=("scale",),
        ),
        ResourceType(
            Kind.STATEFULSETS,
            "apps",
            "v1",
            "StatefulSet",
            namespaced=True,
            short_names=("sts",),
            writes=_CHANGES,
            subresources=("scale",),
        ),
        ResourceType(Kind.DAEMONSETS, "apps", "v1", "DaemonSet", namespaced=True, short_names=("ds",), writes=_CHANGES),
        ResourceType(Kind.CRONJOBS, "batch", "v1", "CronJob", namespaced=True, short_names=("cj",), writes=_CHANGES),
        ResourceType(Kind.SECRETS, "", "v1", "Secret", namespaced=True),
        ResourceType(Kind.NODEPOOLS, "karpenter.sh", "v1", "NodePool", namespaced=False, writes=_CHANGES),
        ResourceType(
            Kind.PROMETHEUSRULES,
            MONITORING,
            "v1",
            "PrometheusRule",
            namespaced=True,
            short_names=("promrule",),
            writes=("create", "delete", *_CHANGES),
        ),
        ResourceType(Kind.NODECLAIMS, "karpenter.sh", "v1", "NodeClaim", namespaced=False, writes=("delete",)),
    )
}


def is_allowed(verb: str, resource: str, subresource: str) -> bool:
    """What an access review answers."""
    if verb in READS:
        return True
    type_ = next((type_ for type_ in TYPES.values() if type_.kind.value == resource), None)
    if type_ is None:
        return False
    if subresource:
        verbs = {"scale": _CHANGES, "eviction": ("create",)}
        return subresource in type_.subresources and verb in verbs[subresource]
    return verb in type_.writes


def with_kind(type_: ResourceType, stored: Stored) -> bytes:
    return _head(type_) + stored.body[1:]


@cache
def _head(type_: ResourceType) -> bytes:
    return msgspec.json.encode({"kind": type_.kind_name, "apiVersion": type_.api_version})[:-1] + b","
