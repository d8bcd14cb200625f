"""The document of a Secret, and what of it a client gets that asks for metadata alone."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.objects import Secret

Document = dict[str, Any]
EXPIRES = "workshop-tui/expires"
_METADATA_ALONE = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


def secret_document(secret: Secret, namespace: str, name: str, seed: int, at: Callable[[float], str]) -> Document:
    """`at` writes seconds after the workshop's start as a time. The values open nothing."""
    written = at(secret.written_s)
    metadata: Document = {
        "namespace": namespace,
        "name": name,
        "uid": seeded.identity(seed, "secret", namespace, name),
        "creationTimestamp": written,
        "managedFields": [
            {
                "manager": "kubectl-create",
                "operation": "Update",
                "apiVersion": "v1",
                "time": written,
                "fieldsType": "FieldsV1",
                "fieldsV1": {"f:data": {".": {}, **{f"f:{key}": {} for key in secret.keys}}, "f:type": {}},
            }
        ],
    }
    if secret.expires_s is not None:
        metadata["annotations"] = {EXPIRES: at(secret.expires_s)}
    values = {key: seeded.identity(seed, "value", namespace, name, key) for key in secret.keys}
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return {"metadata": metadata, "type": secret.type, "data": data}


def metadata_alone(accept: str) -> bool:
    """Whether the first kind of answer that the client takes is the metadata's."""
    return accept.partition(",")[0].replace(" ", "").partition(";")[2] == _METADATA_ALONE
