"""What Coder's built-in roles allow, as `coderd/rbac/roles.go` of v2.36 grants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workshop_rehearsal.errors import RehearsalError

_Permissions = Mapping[str, frozenset[str]]

_ACTIONS = frozenset({"create", "read", "update", "delete", "use"})
_WORKSPACE = frozenset({*_ACTIONS, "start", "stop", "ssh", "application_connect", "share"})
_USER = frozenset({*_ACTIONS, "read_personal", "update_personal"})
_READ = frozenset({"read"})
RESOURCE_TYPES: _Permissions = {
    **dict.fromkeys(
        (
            "ai_gateway_key",
            "aibridge_interception",
            "api_key",
            "audit_log",
            "connection_log",
            "debug_info",
            "deployment_config",
            "deployment_stats",
            "file",
            "group",
            "group_member",
            "license",
            "notification_message",
            "notification_template",
            "organization",
            "organization_member",
            "prebuilt_workspace",
            "provisioner_daemon",
            "provisioner_jobs",
            "replicas",
            "system",
            "workspace_proxy",
        ),
        _ACTIONS,
    ),
    "assign_org_role": frozenset({*_ACTIONS, "assign", "unassign"}),
    "assign_role": frozenset({*_ACTIONS, "assign", "unassign"}),
    "template": frozenset({*_ACTIONS, "view_insights"}),
    "user": _USER,
    "workspace": _WORKSPACE,
    "workspace_dormant": _WORKSPACE,
}
"""The actions of each resource type that a right may be asked of; of any other nobody has a right."""

_SITE: Mapping[str, _Permissions] = {
    "owner": RESOURCE_TYPES,
    "template-admin": {
        "template": RESOURCE_TYPES["template"],
        "file": frozenset({"create", "read"}),
        "workspace": _READ,
        "workspace_dormant": _READ,
        "prebuilt_workspace": frozenset({"update", "delete"}),
        "provisioner_daemon": _ACTIONS,
        **dict.fromkeys(
            ("assign_org_role", "user", "group", "group_member", "organization", "organization_member"), _READ
        ),
    },
    "auditor": {
        "template": frozenset({"read", "view_insights"}),
        **dict.fromkeys(
            (
                "aibridge_interception",
                "assign_org_role",
                "audit_log",
                "connection_log",
                "deployment_config",
                "deployment_stats",
                "group",
                "group_member",
                "organization",
                "organization_member",
                "user",
            ),
            _READ,
        ),
    },
    "user-admin": {
        "assign_role": frozenset({"assign", "unassign", "read"}),
        "assign_org_role": frozenset({"assign", "unassign", "read"}),
        "user": _USER,
        "group": _ACTIONS,
        "organization_member": _ACTIONS,
        "group_member": _READ,
        "organization": _READ,
    },
    "member": {},
    "organization-admin": {"user": _READ},
    "organization-user-admin": {"user": _READ},
}
_EVERYBODY: _Permissions = {"assign_role": _READ, "workspace_proxy": _READ}
_ORGANIZATION: Mapping[str, _Permissions] = {
    "organization-admin": {
        **{name: actions for name, actions in RESOURCE_TYPES.items() if name != "assign_role"},
        "workspace": _WORKSPACE - {"application_connect", "ssh"},
    },
    "organization-template-admin": {
        "template": RESOURCE_TYPES["template"],
        "workspace": _READ,
        "workspace_dormant": _READ,
        "provisioner_daemon": _ACTIONS,
        "provisioner_jobs": frozenset({"read", "update", "create"}),
        **dict.fromkeys(("organization", "organization_member", "group", "group_member"), _READ),
    },
    "organization-auditor": dict.fromkeys(
        ("audit_log", "connection_log", "template", "group", "group_member", "organization", "organization_member"),
        _READ,
    ),
    "organization-user-admin": {"organization_member": _ACTIONS, "group": _ACTIONS, "organization": _READ},
}
_MEMBERS: _Permissions = {"organization": _READ}
"""Of the organizations that somebody belongs to."""
_OWN: _Permissions = {
    "user": frozenset({"read", "read_personal", "update_personal"}),
    "api_key": _ACTIONS,
    "organization_member": _READ,
    "workspace": _WORKSPACE,
    "workspace_dormant": _WORKSPACE,
}
ROLES = (*_SITE, *(name for name in _ORGANIZATION if name not in _SITE))


@dataclass(frozen=True, slots=True)
class Rights:
    """Of the token of one person, who belongs to every organization."""

    roles: tuple[str, ...]

    def may(self, action: str, resource: str, *, organization: str = "", is_own: bool = False) -> bool:
        """`organization` is that of the object, or any name of one where every organization counts.

        The rehearsal's roles of organizations are held in each of them.
        """
        if action not in RESOURCE_TYPES.get(resource, frozenset()):
            return False
        granted = [_EVERYBODY, *(_SITE[role] for role in self.roles if role in _SITE)]
        if organization:
            granted += [_MEMBERS, *(_ORGANIZATION[role] for role in self.roles if role in _ORGANIZATION)]
        if is_own:
            granted.append(_OWN)
        return any(action in one.get(resource, ()) for one in granted)


OWNER = Rights(("owner",))


def parse_rights(text: str) -> Rights:
    """`template-admin+auditor`. Raises `RehearsalError` for a role that Coder does not have."""
    roles = tuple(text.split("+"))
    for role in roles:
        if role not in ROLES:
            raise RehearsalError(f'--rights "{text}": expected roles of {", ".join(ROLES)}, joined by +')
    return Rights(roles)
