"""A region: where it is, what it is for, and what its workloads are called."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from workshop_tui.settings.section import Section, Selector, Share

_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"


class RegionRole(StrEnum):
    CONTROL_PLANE = "control-plane"
    PROXY = "proxy"

    @property
    def hosts_platform(self) -> bool:
        """Whether Coder's server runs in the region, and with it provisioners, the gateway and what is of no region."""
        return self is RegionRole.CONTROL_PLANE

    @property
    def serves_with(self) -> str:
        """What of Coder answers the region's people: `server` or `proxy`."""
        return "server" if self.hosts_platform else "proxy"


class Namespaces(Section):
    server: str = "coder"
    """Where the Coder server or proxy of this region runs."""
    workspaces: tuple[str, ...] = ("coder-ws", "coder-ws-experiment", "coder-ws-demo")
    provisioners: tuple[str, ...] = ("coder",)
    gateway: str = "litellm"
    """Empty where it runs elsewhere."""
    karpenter: str = "karpenter"
    """Empty where the region has none."""


class Selectors(Section):
    server: Selector = "app.kubernetes.io/name=coder"
    provisioners: Selector = "app=coder-provisioner"
    workspaces: Selector = "app.kubernetes.io/name=coder-workspace"
    gateway: Selector = "app=litellm"


class Region(Section):
    name: str
    role: RegionRole
    context: str | None = None
    """Kube context; without one the region's cluster is not asked and its lines are not applicable."""
    domain: str | None = None
    wildcard: str | None = None
    """e.g. `*.ai.coder.com`."""
    https_port: Annotated[int, Field(ge=1, le=65535)] = 443
    people_share: Share | None = None
    """Of the expected people, how many start here; default: all regions alike."""
    workspace_pools: tuple[str, ...] = ()
    """Node pools that workspaces run on; default: those with "workspace" in the name, else all nodes."""
    namespaces: Namespaces = Namespaces()
    selectors: Selectors = Selectors()

    @field_validator("name")
    @classmethod
    def _is_a_short_name(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", value):
            raise ValueError('expected at most 31 letters, digits, ".", "_" and "-"')
        return value

    @field_validator("domain")
    @classmethod
    def _is_a_host(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(_HOST, value):
            raise ValueError('expected a host name without scheme and path, e.g. "ai.coder.com"')
        return value

    @field_validator("wildcard")
    @classmethod
    def _starts_with_a_star(cls, value: str | None) -> str | None:
        if value is not None and not (value.startswith("*") and re.fullmatch(_HOST, "x" + value[1:])):
            raise ValueError('expected a host name with one "*" at the start, e.g. "*.ai.coder.com"')
        return value
