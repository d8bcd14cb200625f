"""One Secret's metadata as a value; that it is missing or may not be read is an answer too."""

from __future__ import annotations

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_secrets import secret_metadata
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kubernetes_secret import SecretMetadata


async def look_at_secret(cluster: Cluster, namespace: str, name: str, annotation: str = "") -> SecretMetadata:
    """`annotation`: the one that tells when it expires. Raises `SourceError` when the cluster does not answer."""
    try:
        wire = await secret_metadata(cluster, namespace, name, annotation)
    except SourceError as error:
        if error.kind is ErrorKind.NOT_FOUND:
            return SecretMetadata(namespace, name, missing=True)
        if error.kind is ErrorKind.FORBIDDEN:
            missing = f"the right to get secrets/{name} in {namespace} is missing: it is optional, see docs/security.md"
            return SecretMetadata(namespace, name, trouble=missing)
        raise
    told = wire.annotations.value if wire.annotations else None
    expires_at = parse_time(told)
    written = [
        parse_time(manager.time) for manager in wire.managed_fields or () if manager.fields and manager.fields.data
    ]
    return SecretMetadata(
        namespace,
        name,
        created_at=parse_time(wire.creation_timestamp),
        written_at=max((at for at in written if at is not None), default=None),
        expires_at=expires_at,
        expiry_unreadable=bool(told) and expires_at is None,
    )
