"""When a provider's credential ends, by all that tells it."""

from __future__ import annotations

from datetime import datetime, timedelta

from workshop_tui.model.kubernetes_secret import SecretMetadata
from workshop_tui.settings.gateway import ProviderCredential


def credential_ends(metadata: SecretMetadata, credential: ProviderCredential) -> list[tuple[datetime, str]]:
    """(end, who says so), the earliest first."""
    written_at = metadata.written_at or metadata.created_at
    lifetime = credential.lifetime_days
    told: list[tuple[datetime | None, str]] = [
        (metadata.expires_at, "by its annotation"),
        (credential.expires_at, "by the settings"),
        (
            written_at + timedelta(days=lifetime) if lifetime is not None and written_at is not None else None,
            f"{lifetime:g} d after it was written" if lifetime is not None else "",
        ),
    ]
    return sorted((end, by) for end, by in told if end is not None)
