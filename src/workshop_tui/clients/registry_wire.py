"""What we read of a registry's answers; all else is ignored."""

from __future__ import annotations

from typing import Literal

import msgspec

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_IMAGE_CONFIGS = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")


class PlatformWire(msgspec.Struct):
    architecture: str = ""
    os: str = ""
    variant: str = ""


class DescriptorWire(msgspec.Struct, rename="camel"):
    digest: str = ""
    media_type: str = ""


class ChildWire(msgspec.Struct):
    digest: str
    platform: PlatformWire | None = None
    annotations: dict[str, str] | None = None


class ManifestWire(msgspec.Struct):
    schema_version: Literal[2] = msgspec.field(name="schemaVersion")
    """Required: what lacks it is another's JSON, not a manifest."""
    manifests: list[ChildWire] | msgspec.UnsetType = msgspec.UNSET
    """Of an index: its images and what is attached to them."""
    config: DescriptorWire | None = None
    """Of one platform's image."""

    @property
    def image_config(self) -> str:
        """Its digest, where it is one that names the layers: other artifacts share an empty one. Else empty."""
        return self.config.digest if self.config and self.config.media_type in _IMAGE_CONFIGS else ""


class TokenWire(msgspec.Struct):
    token: str | None = None
    access_token: str | None = None
    expires_in: int | None = None
