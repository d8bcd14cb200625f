"""What our token may do in a cluster, asked of the cluster itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import AccessReviewWire
from workshop_tui.model.kinds import RIGHTS
from workshop_tui.model.kubernetes import Right, RightAnswer
from workshop_tui.model.source import SourceKind
from workshop_tui.settings import Region

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
    Right("get", "nodes/proxy", "the used share of each node's disk", namespaced=False, optional=True),
)
"""`docs/security.md` has the same as a ClusterRole; a test holds them equal."""


@dataclass(frozen=True)
class RightsSource:
    """`kubelet`: whether the settings read storage from the kubelets."""

    cluster: Cluster
    settings: Region
    kubelet: bool
    interval_s: float = 300
    timeout_s: float = 20
    kind: SourceKind[tuple[RightAnswer, ...]] = RIGHTS
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[RightAnswer, ...]:
        asked = [(right, space) for right in NEEDED if self._wanted(right) for space in self._spaces(right)]
        return tuple(await asyncio.gather(*(self._one(right, space) for right, space in asked)))

    def _wanted(self, right: Right) -> bool:
        if right.group == "karpenter.sh":
            return bool(self.settings.namespaces.karpenter)
        return self.kubelet or right.resource != "nodes/proxy"

    def _spaces(self, right: Right) -> tuple[str, ...]:
        if not right.namespaced:
            return ("",)
        spaces = self.settings.namespaces
        every = {
            "pods": (spaces.server, *spaces.provisioners, *spaces.workspaces),
            "cronjobs": (spaces.server,),
        }.get(right.resource, spaces.workspaces)
        return tuple(dict.fromkeys(every))

    async def _one(self, right: Right, namespace: str) -> RightAnswer:
        resource, _, subresource = right.resource.partition("/")
        attributes = {"verb": right.verb, "group": right.group, "resource": resource, "namespace": namespace}
        if subresource:
            attributes["subresource"] = subresource
        document = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        async with self._limit:
            answer = await self.cluster.create(_REVIEWS, document, AccessReviewWire)
        return RightAnswer(right, namespace, answer.status.allowed)
