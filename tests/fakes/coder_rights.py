"""Coder's answers to a token of some roles: lists show what it may read and never say what they leave out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.http_clients import opened, settings_for
from fakes.loopback import Answer, Asked, Says
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_own import CoderOwn
from workshop_tui.collectors.who_sees import WhoSees

_EVERYTHING = frozenset(
    {
        "aibridge_interception",
        "audit_log",
        "organization",
        "organization_member",
        "provisioner_jobs",
        "template",
        "user",
        "workspace",
    }
)
READS = {
    "owner": _EVERYTHING,
    "template-admin": frozenset({"workspace", "template", "user", "organization_member"}),
    "auditor": frozenset({"user", "organization_member", "audit_log", "aibridge_interception"}),
    "user-admin": frozenset({"user", "organization_member"}),
    "member": frozenset(),
    "organization-admin": frozenset({"workspace", "template", "organization_member", "provisioner_jobs"}),
    "organization-template-admin": frozenset({"template", "provisioner_jobs"}),
}
EVERY_FEATURE = (
    "aibridge",
    "audit_log",
    "external_provisioner_daemons",
    "multiple_organizations",
    "template_rbac",
    "workspace_proxy",
)
ORGANIZATIONS = [
    {"id": "o-1", "name": "coder", "is_default": True},
    {"id": "o-2", "name": "demo", "is_default": False},
]


def said(value: object, status: int = 200) -> Says:
    return Says(status, json.dumps(value).encode())


@dataclass
class CoderFor:
    """`roles`: the token's site-wide ones; `in_organizations`: organisation's id -> its roles there."""

    roles: tuple[str, ...] = ("owner",)
    in_organizations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    features: tuple[str, ...] = EVERY_FEATURE
    version: str = "v2.36.0+abc"
    organizations: list[dict[str, Any]] = field(default_factory=lambda: list(ORGANIZATIONS))
    workspaces: list[dict[str, Any]] = field(default_factory=list)
    own: str = "me"
    """Owner of the workspaces that the token may always read."""
    daemons: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    """The newest first, as Coder lists them."""
    templates: list[dict[str, Any]] = field(default_factory=list)
    versions: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Template version's id -> its job."""
    audit: list[dict[str, Any]] = field(default_factory=list)
    key: dict[str, Any] = field(default_factory=dict)

    def reads(self, resource: str, organization: str = "") -> bool:
        roles = (*self.roles, *self.in_organizations.get(organization, ()))
        return any(resource in READS[role] for role in roles)

    def answer(self, asked: Asked) -> Says:  # one for each path
        path = asked.path.removeprefix("/api/v2")
        organization = path.split("/")[2] if path.startswith("/organizations/") else ""
        match path.rpartition("/")[2]:
            case "authcheck":
                checks = json.loads(asked.body)["checks"]
                return said({name: self._allows(check["object"]) for name, check in checks.items()})
            case "organizations":
                return said(self.organizations)
            case "buildinfo":
                return said({"version": self.version})
            case "entitlements":
                features = {name: {"entitlement": "entitled", "enabled": True} for name in self.features}
                return said({"features": features, "has_license": bool(features)})
            case "workspaces":
                return self._workspaces(asked)
            case "provisionerdaemons" | "provisionerjobs" if not self.reads("provisioner_jobs", organization):
                return said({"message": "Resource not found or you do not have access to this resource"}, 404)
            case "provisionerjobs" if int(self.version.split(".")[1]) < 19:
                return said({"message": "Route not found."}, 404)
            case "provisionerdaemons":
                return self._daemons(asked)
            case "provisionerjobs":
                return said(self.jobs[: int(asked.query.get("limit", "50"))])
            case "templates":
                return said(self.templates if asked.query.get("q") is None else [])
            case "audit":
                shown = self.audit if self.reads("audit_log") and "audit_log" in self.features else []
                return said({"audit_logs": shown, "count": len(shown)})
        version = path.removeprefix("/templateversions/")
        if version in self.versions:
            return said({"id": version, "job": self.versions[version]})
        if path.startswith("/users/me/keys/"):
            return said(self.key) if path.endswith("/" + str(self.key.get("id"))) else said({}, 404)
        return said({"message": "Route not found."}, 404)

    def _allows(self, thing: dict[str, str]) -> bool:
        return self.reads(thing["resource_type"], thing.get("organization_id", ""))

    def _workspaces(self, asked: Asked) -> Says:
        offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
        ids = {one["name"]: one["id"] for one in self.organizations}
        shown = [
            one
            for one in self.workspaces
            if one.get("owner_name") == self.own or self.reads("workspace", ids.get(one.get("organization_name"), ""))
        ]
        return said({"workspaces": shown[offset : offset + limit], "count": len(shown)})

    def _daemons(self, asked: Asked) -> Says:
        """Offline ones only when they are asked for; before 2.26 nobody can ask, and all are listed."""
        minor = int(self.version.split(".")[1])
        if minor < 26:
            refusal = {"message": "Query parameters have invalid values."}
            return said(refusal, 400) if "offline" in asked.query else said(self.daemons)
        wanted = asked.query.get("offline") == "true"
        return said([one for one in self.daemons if wanted or one["status"] != "offline"])


_ABOUT_RIGHTS = ("/authcheck", "/api/v2/organizations", "/entitlements", "/buildinfo")


def for_an_owner(answer: Answer) -> Answer:
    """What an owner may is told; all else is answered by `answer`."""
    return lambda asked: CoderFor().answer(asked) if about_rights(asked) else answer(asked)


def about_rights(asked: Asked) -> bool:
    return asked.path.endswith(_ABOUT_RIGHTS)


@asynccontextmanager
async def seen(
    host: str, directory: Path, wanted: tuple[str, ...] = (), **more: object
) -> AsyncIterator[tuple[CoderClient, WhoSees]]:
    settings = settings_for(f"http://{host}", directory, **more)
    async with opened(CoderClient, settings) as client, opened(CoderOwn, settings) as own:
        yield client, WhoSees(own, client, wanted)
