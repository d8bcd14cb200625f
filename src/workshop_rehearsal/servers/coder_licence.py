"""What the licence of the deployment switches on, and the routes that only a licensed build has."""

from __future__ import annotations

from enum import Enum
from typing import Any

Document = dict[str, Any]

LIMITS = {"user_limit": 100_000, "managed_agent_limit": 0}
FEATURES = (
    "access_control",
    "advanced_template_scheduling",
    "aibridge",
    "appearance",
    "audit_log",
    "browser_only",
    "connection_log",
    "control_shared_ports",
    "custom_roles",
    "external_provisioner_daemons",
    "external_token_encryption",
    "high_availability",
    "managed_agent_limit",
    "multiple_external_auth",
    "multiple_organizations",
    "scim",
    "template_rbac",
    "user_limit",
    "user_role_management",
    "workspace_batch_actions",
    "workspace_prebuilds",
    "workspace_proxy",
)
SWITCHED_OFF = frozenset({"browser_only", "external_token_encryption", "scim"})
"""Licensed, but not configured."""


class Edition(Enum):
    """Which build of Coder runs, and with which licence."""

    LICENSED = "licensed"
    UNLICENSED = "unlicensed"
    AGPL = "agpl"
    """A build without enterprise code: its routes are not there."""


def entitlements(edition: Edition, refreshed_at: str | None) -> Document:
    """The body of `/entitlements`; an AGPL build has no such route."""
    licensed = edition is Edition.LICENSED
    features: dict[str, Document] = {}
    for name in FEATURES:
        feature: Document = {
            "entitlement": "entitled" if licensed else "not_entitled",
            "enabled": licensed and name not in SWITCHED_OFF,
        }
        if licensed and name in LIMITS:
            feature["limit"] = LIMITS[name]
        features[name] = feature
    return {
        "features": features,
        "warnings": [],
        "errors": [],
        "has_license": licensed,
        "trial": False,
        "require_telemetry": False,
        "refreshed_at": refreshed_at,
    }
