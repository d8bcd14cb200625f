"""The settings tree: what one TOML file may say, and the defaults of ai.coder.com's habits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator

from workshop_tui.secret import SecretReference


class Section(BaseModel):
    """Unknown keys are an error: a mistyped threshold must not be silently the default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RegionRole(StrEnum):
    CONTROL_PLANE = "control-plane"
    PROXY = "proxy"


class Namespaces(Section):
    server: str = "coder"
    """Where the Coder server or proxy of this region runs."""
    workspaces: tuple[str, ...] = ("coder-ws", "coder-ws-experiment", "coder-ws-demo")
    provisioners: tuple[str, ...] = ("coder",)
    gateway: str = "litellm"
    karpenter: str = "karpenter"


class Selectors(Section):
    """Kubernetes label selectors (`key=value,key!=value`)."""

    server: str = "app.kubernetes.io/name=coder"
    provisioners: str = "app=coder-provisioner"
    workspaces: str = "app.kubernetes.io/name=coder-workspace"


class Region(Section):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$")]
    role: RegionRole
    context: str | None = None
    """Kube context; without one the region's cluster is not asked and its lines are not applicable."""
    domain: str | None = None
    wildcard: str | None = None
    """e.g. `*.ai.coder.com`."""
    https_port: int = 443
    namespaces: Namespaces = Namespaces()
    selectors: Selectors = Selectors()

    @field_validator("wildcard")
    @classmethod
    def _starts_with_a_star(cls, value: str | None) -> str | None:
        if value is not None and (not value.startswith("*") or value.count("*") != 1):
            raise ValueError('expected one "*" at the start, e.g. "*.ai.coder.com"')
        return value


class Coder(Section):
    url: HttpUrl | None = None
    """Default: `CODER_URL`, then the `coder` command line's own session."""
    token: SecretReference | None = None
    """Default: `CODER_SESSION_TOKEN`, then the `coder` command line's own session."""


class Kubernetes(Section):
    kubeconfig: str | None = None
    """Default: `KUBECONFIG`, then `~/.kube/config`. Several paths joined by the path separator."""
    node_storage: Literal["kubelet", "prometheus", "none"] = "kubelet"
    """`kubelet` reads stats/summary and needs the powerful right `nodes/proxy`; `prometheus` asks for the node
    exporter's `node_filesystem_*`, matched to the nodes of each region by the label `node`."""


class GatewayKind(StrEnum):
    LITELLM = "litellm"
    NONE = "none"


class Gateway(Section):
    kind: GatewayKind = GatewayKind.NONE
    url: HttpUrl | None = None
    key: SecretReference | None = None
    """The key that the workshop's people use."""

    @model_validator(mode="after")
    def _has_a_url(self) -> Gateway:
        if self.kind is not GatewayKind.NONE and self.url is None:
            raise ValueError(f'a gateway of kind "{self.kind}" needs url = "https://…"')
        return self


class RegistryLogin(Section):
    username: str
    password: SecretReference


class Image(Section):
    reference: str
    """host/name:tag"""
    plain_http: bool = False
    """Only for a registry on this machine."""
    login: RegistryLogin | None = None


class Images(Section):
    source: Image | None = None
    mirror: Image | None = None


class Prometheus(Section):
    url: HttpUrl | None = None
    username: str | None = None
    password: SecretReference | None = None
    bearer: SecretReference | None = None
    tenant: str | None = None
    """Sent as `X-Scope-OrgID`."""


class Network(Section):
    ca_file: str | None = None
    """PEM of a private authority to trust besides the system's; TLS is always verified."""
    nameserver: str | None = None
    """`address` or `address:port`; default: the system's resolver."""


class Intervals(Section):
    """Seconds between two asks of a polled source."""

    workspaces_s: Annotated[float, Field(gt=0)] = 5
    routes_s: Annotated[float, Field(gt=0)] = 5
    node_storage_s: Annotated[float, Field(gt=0)] = 10
    gateway_s: Annotated[float, Field(gt=0)] = 10
    registry_s: Annotated[float, Field(gt=0)] = 120


class Rehearsal(Section):
    """Written by the rehearsal platform: only it runs on a clock of its own, on loopback."""

    scenario: str
    started_at: datetime
    """Wall time at which the rehearsal's clock showed `shown_at`."""
    shown_at: datetime
    speed: float = 1.0
    workshop_starts_at: datetime
    """In the rehearsal's time."""
    workshop_minutes: int = 75
    expected_people: int = 12


class Thresholds(Section):
    """One table; each default comes from the guide's companion documents, as `docs/checks.md` says."""

    gateway_key_days: float = 7
    """Fail under this validity left. Origin: validation checklist."""
    gateway_key_warn_days: tuple[float, ...] = (3, 1)
    storage_before_share: float = 0.60
    """Every node under this before the workshop. Origin: "60 % used" and "60 % free" disagree; the stricter is not
    known to be meant, so used share, as the checklist's table has it."""
    storage_live_shares: tuple[float, float, float] = (0.70, 0.85, 0.95)
    restart_failure_share: float = 0.02
    start_time_s: float = 120
    image_pull_p95_s: float = 60
    headroom_share: float = 0.30
    certificate_days: float = 14


class Settings(Section):
    region: tuple[Region, ...] = ()
    coder: Coder = Coder()
    kubernetes: Kubernetes = Kubernetes()
    gateway: Gateway = Gateway()
    images: Images = Images()
    prometheus: Prometheus = Prometheus()
    network: Network = Network()
    intervals: Intervals = Intervals()
    thresholds: Thresholds = Thresholds()
    guide_file: str | None = None
    """A team's own guide; relative to the settings file."""
    person: str | None = None
    """Who acts in this control room; default: the login name."""
    rehearsal: Rehearsal | None = None

    @field_validator("region")
    @classmethod
    def _names_are_unique(cls, value: tuple[Region, ...]) -> tuple[Region, ...]:
        names = [region.name for region in value]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two regions are named {', '.join(sorted(twice))}")
        return value
