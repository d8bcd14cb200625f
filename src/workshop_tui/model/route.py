"""What a probe of one host name found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RouteRole(StrEnum):
    DOMAIN = "domain"
    WILDCARD = "wildcard"
    APP = "app"
    """A workspace's app under the wildcard."""
    PUBLIC_APP = "public-app"
    """One that answers without a sign-in."""


class RouteStage(StrEnum):
    """How far a probe came; the last stage reached tells what to mend."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    HTTP = "http"
    """Something answered, but not as Coder answers."""
    CODER = "coder"
    """Coder itself answered, or the app behind it: the route works."""


@dataclass(frozen=True, slots=True)
class RouteProbe:
    role: RouteRole
    host: str
    """The probed name; for a wildcard a name that cannot belong to a workspace."""
    stage: RouteStage
    """The stage that failed; `CODER` when none did."""
    detail: str
    """One line: the status and what the answer looked like, or the error."""
    addresses: tuple[str, ...] = ()
    status: int | None = None
    build_version: str = ""
    """`X-Coder-Build-Version`; empty when absent."""
    certificate_expires_at: datetime | None = None
    latency_s: float | None = None

    @property
    def works(self) -> bool:
        return self.stage is RouteStage.CODER


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one name server says of a name."""

    addresses: tuple[str, ...] = ()
    error: str = ""
    """Empty: it answered with addresses."""
    known: bool = True
    """False when it did not answer at all, so that nothing is known."""


@dataclass(frozen=True, slots=True)
class NameAnswer:
    host: str
    here: Lookup
    """By the name server that this machine uses."""
    public: Lookup
    """By the configured public one."""
