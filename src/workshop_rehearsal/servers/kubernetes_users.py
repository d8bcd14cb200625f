"""As whom a request acts: the token's own user, or the one that its impersonation headers name."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from multidict import CIMultiDictProxy

from workshop_rehearsal.servers.kubernetes_status import Refused, failure
from workshop_rehearsal.servers.kubernetes_target import Target
from workshop_rehearsal.servers.kubernetes_types import is_allowed

OWN = "rehearsal"
READER = "rehearsal-reader"
WRITERS = "rehearsal-writers"
"""Whom, and which group, the token may impersonate."""
_VERBS = {"PATCH": "patch", "PUT": "update", "DELETE": "delete", "POST": "create"}


@dataclass(frozen=True, slots=True)
class User:
    """`rehearsal-reader` changes nothing, unless in the group `rehearsal-writers`."""

    name: str
    may_write: bool

    def denial(self, method: str, target: Target) -> str:
        """In the words of the authorizer."""
        resource = target.type.kind.value + (f"/{target.subresource}" if target.subresource else "")
        where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
        named = f' "{target.name}"' if target.name else ""
        return (
            f'{target.type.plural}{named} is forbidden: User "{self.name}" cannot {_VERBS.get(method, "get")} resource '
            f'"{resource}" in API group "{target.type.group}" {where}'
        )


def acting_user(headers: CIMultiDictProxy[str]) -> User:
    """Raises `Refused` for somebody whom the token may not impersonate."""
    asked = [(name, value) for name, value in headers.items() if name.lower().startswith("impersonate-")]
    if not asked:
        return User(OWN, may_write=True)
    name = headers.get("Impersonate-User", "")
    if not name:
        raise Refused(500, "InternalError", "requested impersonation without impersonating a user")
    groups = headers.getall("Impersonate-Group", [])
    for kind, group, values in (
        ("users", "", [name] if name != READER else []),
        ("groups", "", [one for one in groups if one != WRITERS]),
        ("uids", "authentication.k8s.io", headers.getall("Impersonate-Uid", [])),
        ("userextras", "authentication.k8s.io", [value for key, value in asked if "-extra-" in key.lower()]),
    ):
        if values:
            told = (
                f'{kind} "{values[0]}" is forbidden: User "{OWN}" cannot impersonate resource "{kind}" in API group '
                f'"{group}" at the cluster scope'
            )
            raise Refused(403, "Forbidden", told)
    return User(name, may_write=WRITERS in groups)


USER = web.RequestKey("user", User)


async def review(request: web.Request) -> web.Response:
    """Everything may be read, of Secrets only one by its name, and what can be changed may be changed by writers."""
    try:
        asked = await request.json()
        spec = asked["spec"]
    except (ValueError, KeyError, TypeError):
        return failure(400, "BadRequest", "the object provided is unrecognized: expected a SelfSubjectAccessReview")
    attributes = spec.get("resourceAttributes") or {}
    verb, resource = attributes.get("verb", ""), attributes.get("resource", "")
    if resource == "secrets":
        allowed = verb == "get" and bool(attributes.get("name"))
    else:
        allowed = is_allowed(verb, resource, attributes.get("subresource", ""))
    if verb not in ("get", "list", "watch"):
        allowed = allowed and request[USER].may_write
    document = {
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": spec,
        "status": {"allowed": allowed, **({} if allowed else {"reason": "the rehearsal platform cannot do it"})},
    }
    return web.json_response(document, status=201)
