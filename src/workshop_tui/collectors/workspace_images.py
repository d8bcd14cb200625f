"""Whether the images that templates start are at their registries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_tui.clients.registry import RegistryClient
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.image import WorkspaceImage
from workshop_tui.model.kinds import WORKSPACE_IMAGES
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class WorkspaceImagesSource:
    """`registries`: reference -> its client."""

    registries: Mapping[str, RegistryClient]
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[WorkspaceImage, ...]] = WORKSPACE_IMAGES

    async def collect(self) -> tuple[WorkspaceImage, ...]:
        """A registry that refuses one image says nothing of the others."""
        return tuple(await asyncio.gather(*(_one(reference, client) for reference, client in self.registries.items())))


async def _one(reference: str, client: RegistryClient) -> WorkspaceImage:
    try:
        manifest = await client.manifest()
    except SourceError as error:
        return WorkspaceImage(reference, error=str(error), missing=error.kind is ErrorKind.NOT_FOUND)
    platforms = tuple(dict.fromkeys(image.platform for image in manifest.platforms))
    return WorkspaceImage(reference, manifest.digest, platforms=platforms)
