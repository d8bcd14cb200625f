"""What our token may do in a cluster, asked of the cluster itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import AccessReviewWire
from workshop_tui.model.kinds import RIGHTS
from workshop_tui.model.kubernetes import Right, RightAnswer
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_AT_ONCE = 8
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

NEEDED = (
    Right("list", "pods", "images, workspaces, storage and capacity"),
    Right("watch", "pods", "images, workspaces, storage and capacity"),
    Right("list", "events", "image pulls and failures"),
    Right("watch", "events", "image pulls and failures"),
    Right("list", "resourcequotas", "quotas"),
    Right("list", "limitranges", "limits of workspaces"),
    Right("list", "cronjobs", "hazards in the window", group="batch"),
    Right("list", "nodes", "storage and capacity", namespaced=False),
    Right("watch", "nodes", "storage and capacity", namespaced=False),
    Right("list", "nodepools", "Karpenter", group="karpenter.sh", namespaced=False),
    Right("list", "nodeclaims", "Karpenter", group="karpenter.sh", namespaced=False),
    Right("get", "namespaces", "whether an empty namespace exists", optional=True),
    Right("get", "nodes/proxy", "the used share of each node's disk", namespaced=False, optional=True),
    Right("get", "secrets", "the age and end of the providers' credentials", optional=True),
)
"""`docs/security.md` has the same as a ClusterRole; a test holds them equal."""


@dataclass(frozen=True)
class RightsSource:
    cluster: Cluster
    settings: Region
    all_settings: Settings
    interval_s: float = 300
    timeout_s: float = 20
    kind: SourceKind[tuple[RightAnswer, ...]] = RIGHTS
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[RightAnswer, ...]:
        asked = [(right, *place) for right in NEEDED if self._wanted(right) for place in self._places(right)]
        return tuple(await asyncio.gather(*(self._one(*one) for one in asked)))

    def _wanted(self, right: Right) -> bool:
        if right.group == "karpenter.sh":
            return bool(self.settings.namespaces.karpenter)
        return right.resource != "nodes/proxy" or self.all_settings.kubernetes.node_storage == "kubelet"

    def _places(self, right: Right) -> tuple[tuple[str, str], ...]:
        """(namespace, name); both empty for the whole cluster, the name for all of a namespace."""
        if not right.namespaced:
            return (("", ""),)
        spaces, gateway = self.settings.namespaces, self._gateway_namespace()
        if right.resource == "secrets":
            credentials = self.all_settings.gateway.credential if gateway else ()
            return tuple(dict.fromkeys((one.namespace or gateway, one.secret) for one in credentials))
        listed = (gateway,) if gateway and right.verb == "list" else ()
        every = {
            "pods": (spaces.server, *spaces.provisioners, *spaces.workspaces, *listed),
            "cronjobs": (spaces.server, *listed),
            "namespaces": (spaces.server, *spaces.provisioners, *spaces.workspaces, *((gateway,) if gateway else ())),
        }.get(right.resource, spaces.workspaces)
        return tuple((namespace, "") for namespace in dict.fromkeys(every))

    def _gateway_namespace(self) -> str:
        """Empty where this cluster runs none."""
        litellm = self.all_settings.gateway.kind is GatewayKind.LITELLM
        here = litellm and self.settings is self.all_settings.gateway_region
        return self.settings.namespaces.gateway if here else ""

    async def _one(self, right: Right, namespace: str, name: str) -> RightAnswer:
        resource, _, subresource = right.resource.partition("/")
        attributes = {"verb": right.verb, "group": right.group, "resource": resource, "namespace": namespace}
        attributes |= {"subresource": subresource} if subresource else {}
        attributes |= {"name": name} if name else {}
        document = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        async with self._limit:
            answer = await self.cluster.create(_REVIEWS, document, AccessReviewWire)
        return RightAnswer(right, namespace, answer.status.allowed, name)
