"""Images at a registry, and what runs of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlatformImage:
    """What one kind of node runs of an image."""

    os: str
    architecture: str
    """e.g. `amd64`."""
    digest: str
    """Of its manifest, which differs by index, compression and attestations."""
    config: str = ""
    """Digest of its configuration, which names the unpacked layers: equal where what runs is equal. Empty: not told."""
    variant: str = ""

    @property
    def platform(self) -> str:
        """e.g. `linux/amd64`, as nodes tell theirs."""
        return f"{self.os}/{self.architecture}"


@dataclass(frozen=True, slots=True)
class RegistryImage:
    """What one tag points to at one registry."""

    role: str
    """`source` or `mirror`."""
    reference: str
    """host/name:tag as configured."""
    digest: str
    """`sha256:…` of the top manifest: the index for a multi-arch image."""
    platforms: tuple[PlatformImage, ...] = ()
    """Empty where the registry does not tell."""

    def holds(self, running: str) -> bool:
        """Whether a running container's digest is this image: as index, as one platform of it, or as its config."""
        return running == self.digest or any(running in (one.digest, one.config) for one in self.platforms)

    def of(self, platform: str) -> frozenset[tuple[str, str]]:
        """(variant, config) of each image for this platform."""
        return frozenset((one.variant, one.config or one.digest) for one in self.platforms if one.platform == platform)

    def differs_from(self, other: RegistryImage, wanted: Collection[str]) -> tuple[str, ...]:
        """Platforms of which the two do not run the same; of `wanted` alone, or where that is empty of all in both."""
        if self.digest == other.digest:
            return ()
        mine, others = platforms_of(self), platforms_of(other)
        looked_at = sorted(wanted) or [name for name in mine if name in others] or [*mine, *others] or ["all platforms"]
        return tuple(name for name in looked_at if not self.of(name) or self.of(name) != other.of(name))


def platforms_of(image: RegistryImage) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.platform for one in image.platforms))


@dataclass(frozen=True, slots=True)
class WorkspaceImage:
    """Whether an image that a template starts is at its registry."""

    reference: str
    digest: str = ""
    error: str = ""
    """Why it cannot be told, or that it is not there; empty when it is."""
    missing: bool = False
    """The registry says that it is not there."""
    platforms: tuple[str, ...] = ()
    """What it can run on, e.g. `linux/amd64`; empty where the registry does not tell."""
