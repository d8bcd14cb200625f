"""Which resource a path of the Kubernetes API names."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_rehearsal.servers.kubernetes_types import TYPES, ResourceType


@dataclass(frozen=True, slots=True)
class Target:
    type: ResourceType
    namespace: str | None
    name: str | None
    subresource: str = ""


def read_target(path: str) -> Target | None:
    """`/api/v1/…` or `/apis/<group>/<version>/…`, with or without namespace, name and subresource."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return None
    namespace = None
    if len(rest) >= 3 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    type_ = TYPES.get((group, version, rest[0])) if 1 <= len(rest) <= 3 else None
    if type_ is None or (namespace is not None and not type_.namespaced):
        return None
    name = rest[1] if len(rest) >= 2 else None
    subresource = rest[2] if len(rest) == 3 else ""
    if name is not None and type_.namespaced and namespace is None:
        return None
    if subresource and subresource not in type_.subresources:
        return None
    return Target(type_, namespace, name, subresource)
