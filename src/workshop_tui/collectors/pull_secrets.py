"""The Secrets with which the pods of the server and of workspaces pull their images, and whether they are there."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import PullingPodWire
from workshop_tui.collectors.secret_metadata import look_at_secret
from workshop_tui.model.kinds import PULL_SECRETS
from workshop_tui.model.kubernetes_secret import PullSecret, PullSecrets
from workshop_tui.model.selector import matches
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region

_AT_ONCE = 8
_SLICE = 200


@dataclass(frozen=True)
class PullSecretsSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 300
    timeout_s: float = 30
    kind: SourceKind[PullSecrets] = PULL_SECRETS
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> PullSecrets:
        spaces, selectors = self.settings.namespaces, self.settings.selectors
        wanted = [(spaces.server, selectors.server), *((name, selectors.workspaces) for name in spaces.workspaces)]
        names = tuple(dict.fromkeys(name for name, _ in wanted))
        pages = await asyncio.gather(
            *(self.cluster.list_all(f"/api/v1/namespaces/{name}/pods", PullingPodWire) for name in names)
        )
        named: Counter[tuple[str, str]] = Counter()
        pod_count = 0
        for namespace, page in zip(names, pages, strict=True):
            selectors_here = [selector for name, selector in wanted if name == namespace]
            for begin in range(0, len(page.items), _SLICE):
                ours = [
                    pod
                    for pod in page.items[begin : begin + _SLICE]
                    if any(matches(selector, pod.metadata.labels or {}) for selector in selectors_here)
                ]
                pod_count += len(ours)
                named.update((namespace, name) for pod in ours for name in _named(pod))
                await asyncio.sleep(0)  # thousands of pods take too long at once: let others in between
        found = await asyncio.gather(*(self._one(*key, count) for key, count in sorted(named.items())))
        return PullSecrets(tuple(found), pod_count)

    async def _one(self, namespace: str, name: str, pod_count: int) -> PullSecret:
        async with self._limit:
            return PullSecret(await look_at_secret(self.cluster, namespace, name), pod_count)


def _named(pod: PullingPodWire) -> list[str]:
    """Each once."""
    secrets = (pod.spec.image_pull_secrets if pod.spec else None) or ()
    return list(dict.fromkeys(secret.name for secret in secrets if secret.name))
