"""What the Secrets of the gateway's providers say about themselves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.collectors.secret_metadata import look_at_secret
from workshop_tui.model.kinds import PROVIDER_CREDENTIALS
from workshop_tui.model.kubernetes_secret import ProviderSecret
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.gateway import Gateway, ProviderCredential
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class ProviderCredentialsSource:
    """`settings`: the region whose cluster runs the gateway."""

    cluster: Cluster
    settings: Region
    gateway: Gateway
    interval_s: float = 300
    timeout_s: float = 20
    region: None = None
    kind: SourceKind[tuple[ProviderSecret, ...]] = PROVIDER_CREDENTIALS

    async def collect(self) -> tuple[ProviderSecret, ...]:
        return tuple(await asyncio.gather(*(self._one(credential) for credential in self.gateway.credential)))

    async def _one(self, credential: ProviderCredential) -> ProviderSecret:
        namespace = credential.namespace or self.settings.namespaces.gateway
        metadata = await look_at_secret(self.cluster, namespace, credential.secret, self.gateway.expiry_annotation)
        return ProviderSecret(credential.name, metadata)
