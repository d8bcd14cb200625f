"""The metadata of Secrets: nothing else of them is decoded, and of their annotations only the one that is wanted.

`kubectl apply` keeps a copy of the whole object, values included, in an annotation.
"""

from __future__ import annotations

import functools
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import Wire

Annotations = TypeVar("Annotations")


class NothingWire(Wire):
    """An object of which nothing is read."""


class FieldsWire(Wire):
    data: NothingWire | None = msgspec.field(default=None, name="f:data")


class ManagerWire(Wire):
    time: str | None = None
    fields: FieldsWire | None = msgspec.field(default=None, name="fieldsV1")


class SecretMetadataWire(Wire, Generic[Annotations]):
    creation_timestamp: str | None = None
    managed_fields: list[ManagerWire] | None = None
    annotations: Annotations | None = None


class SecretWire(Wire, Generic[Annotations]):
    metadata: SecretMetadataWire[Annotations]


class WantedAnnotation(msgspec.Struct):
    """`value` stands on the wire under the annotation's key."""

    value: str | None = None


async def secret_metadata(
    cluster: Cluster, namespace: str, name: str, annotation: str
) -> SecretMetadataWire[WantedAnnotation]:
    """Raises `SourceError`, `NOT_FOUND` and `FORBIDDEN` among others."""
    found: SecretWire[WantedAnnotation] = await cluster.metadata(
        f"/api/v1/namespaces/{namespace}/secrets/{quote(name, safe='')}", _shape(annotation)
    )
    return found.metadata


@functools.cache
def _shape(annotation: str) -> Any:  # noqa: ANN401  # made at run time
    wanted: Any = msgspec.defstruct(
        "Annotations",
        [("value", str | None, msgspec.field(default=None, name=annotation))],
        bases=(WantedAnnotation,),
    )
    return SecretWire[wanted]
