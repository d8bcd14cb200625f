"""What the source's and the mirror's tags point to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_tui.clients.registry import RegistryClient
from workshop_tui.model.image import RegistryImage
from workshop_tui.model.kinds import REGISTRY_IMAGES
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class RegistryImagesSource:
    """`registries`: role (`source`, `mirror`) -> its reference and client."""

    registries: Mapping[str, tuple[str, RegistryClient]]
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[RegistryImage, ...]] = REGISTRY_IMAGES

    async def collect(self) -> tuple[RegistryImage, ...]:
        """Both or nothing: half of the comparison would look like a pass."""
        return tuple(
            await asyncio.gather(*(_one(role, ref, client) for role, (ref, client) in self.registries.items()))
        )


async def _one(role: str, reference: str, client: RegistryClient) -> RegistryImage:
    manifest = await client.manifest()
    return RegistryImage(role, reference, manifest.digest, manifest.platforms)
