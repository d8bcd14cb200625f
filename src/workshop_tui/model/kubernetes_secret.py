"""What Secrets of a cluster say about themselves; never what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SecretMetadata:
    namespace: str
    name: str
    created_at: datetime | None = None
    written_at: datetime | None = None
    """When its data was last written; None where the cluster does not tell."""
    expires_at: datetime | None = None
    """As its annotation says; None where it has none."""
    expiry_unreadable: bool = False
    """It has the annotation, which is no time."""
    missing: bool = False
    """It does not exist."""
    trouble: str = ""
    """Why nothing is known of it; empty when it is known or missing."""


@dataclass(frozen=True, slots=True)
class ProviderSecret:
    """With which the gateway signs in to a provider of models."""

    name: str
    """As the settings call the credential."""
    metadata: SecretMetadata


@dataclass(frozen=True, slots=True)
class PullSecret:
    metadata: SecretMetadata
    pod_count: int
    """Pods that name it."""


@dataclass(frozen=True, slots=True)
class PullSecrets:
    """Those that the pods of the server and of workspaces name."""

    secrets: tuple[PullSecret, ...]
    pod_count: int
    """Pods that were looked at."""
