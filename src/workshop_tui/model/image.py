"""Image digests at a registry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegistryImage:
    """What one tag points to at one registry."""

    role: str
    """`source` or `mirror`."""
    reference: str
    """host/name:tag as configured."""
    digest: str
    """`sha256:…` of the top manifest: the index for a multi-arch image."""
    platforms: tuple[tuple[str, str], ...] = ()
    """(architecture, manifest digest) of an index's children, attestations left out; empty for a plain manifest."""

    def matches(self, running_digest: str) -> bool:
        """Whether a running container's digest is this image, as index or as one platform of it."""
        return running_digest == self.digest or any(running_digest == digest for _, digest in self.platforms)


@dataclass(frozen=True, slots=True)
class WorkspaceImage:
    """Whether an image that a template starts is at its registry."""

    reference: str
    digest: str = ""
    error: str = ""
    """Why it cannot be told, or that it is not there; empty when it is."""
    missing: bool = False
    """The registry says that it is not there."""
