"""The settings tree: what one TOML file may say, and the defaults of ai.coder.com's habits."""

from __future__ import annotations

import ipaddress
import os
import re
import shlex
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    HttpUrl,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)

from workshop_tui.settings.gateway import Gateway
from workshop_tui.settings.live import Live
from workshop_tui.settings.monitoring import Alertmanager, Prometheus
from workshop_tui.settings.region import Region
from workshop_tui.settings.secret_reference import SecretReference
from workshop_tui.settings.section import Address, Count, Positive, Section
from workshop_tui.settings.sign_in import SignIn
from workshop_tui.settings.smoke import Smoke
from workshop_tui.settings.thresholds import Thresholds
from workshop_tui.settings.toml_file import PathText, absolute


class Coder(Section):
    url: Address | None = None
    """Default: `CODER_URL`, then the `coder` command line's own session."""
    token: SecretReference | None = None
    """Default: `CODER_SESSION_TOKEN`, then the `coder` command line's own session."""
    allow_plain_http: bool = False
    """Send the token without TLS to another host than this machine: whoever is on the way can read it."""
    organizations: tuple[str, ...] = ()
    """Names of those that the workshop uses; default: all that the token sees."""
    provisioners: dict[str, Count] = Field(default_factory=dict)
    """Organisation -> how many it needs, where the table is not meant."""


def _each_from_the_file(text: str, info: ValidationInfo) -> str:
    directory = (info.context or {}).get("directory")
    return text if directory is None else os.pathsep.join(absolute(p, directory) for p in text.split(os.pathsep) if p)


class Kubernetes(Section):
    kubeconfig: Annotated[str, AfterValidator(_each_from_the_file)] | None = None
    """Default: `KUBECONFIG`, then `~/.kube/config`. Several paths joined by the path separator."""
    allow_plain_http: tuple[str, ...] = ()
    """Kube contexts whose credential may go without TLS to another host than this machine."""
    node_storage: Literal["kubelet", "prometheus", "none"] = "kubelet"
    """`kubelet` reads stats/summary and needs the powerful right `nodes/proxy`; `prometheus` asks for the node
    exporter's `node_filesystem_*`, matched to the nodes of each region by the label `node`."""
    pull_secrets: bool = True
    """Look whether the Secrets that pods pull with exist: needs the right to `get` those `secrets`, of which only the
    metadata is asked for."""


class RegistryLogin(Section):
    username: str
    password: SecretReference
    allow_plain_http: bool = False
    """Send the password without TLS to another host than this machine: whoever is on the way can read it."""


class Image(Section):
    reference: str
    """host/name:tag"""
    plain_http: bool = False
    """Only for a registry on this machine."""
    login: RegistryLogin | None = None


class Images(Section):
    source: Image | None = None
    mirror: Image | None = None
    workspaces: tuple[Image, ...] = ()
    """Those that the templates of the workshop start."""


def _is_an_address(value: str) -> str:
    if value and not re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\".]{2,}", value):
        raise ValueError("expected an e-mail address, e.g. team@example.org")
    return value


class Links(Section):
    """What messages and invites point to."""

    platform: Address | None = None
    join: Address | None = None
    """The meeting."""
    registration: Address | None = None
    """The form."""
    materials: Address | None = None
    feedback: Address | None = None
    contact: str = ""
    """Whom participants ask: an address or a channel."""
    organizer: Annotated[str, AfterValidator(_is_an_address)] = ""
    """The address that invites come from. Calendars update the event of an invite only where it names one."""


def _is_a_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'unknown time zone "{value[:60]}": expected a name like Europe/London') from None
    return value


def name_server(text: str) -> tuple[str, int]:
    """(address, port) of `network.nameserver`. Raises `ValueError`."""
    found = re.fullmatch(r"(?:\[([^\]]+)\]|([^:]+))(?::([0-9]{1,5}))?|(.+)", text)
    six, four, port, bare = found.groups() if found else ("", "", "", "")
    address = six or four or bare or ""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise ValueError('expected an address, e.g. "10.0.0.2" or "10.0.0.2:53"') from None
    if not 0 < int(port or 53) < 65536:
        raise ValueError("expected a port between 1 and 65535")
    return address, int(port or 53)


def _is_a_name_server(value: str) -> str:
    name_server(value)
    return value


class Network(Section):
    ca_file: PathText | None = None
    """PEM of a private authority to trust besides the system's; TLS is always verified."""
    nameserver: Annotated[str, AfterValidator(_is_a_name_server)] | None = None
    """`address`, `address:port` or `[address]:port`; default: the system's resolver."""
    public_nameserver: Annotated[str, AfterValidator(_is_a_name_server)] | None = None
    """One that the whole world sees, e.g. `1.1.1.1`: participants ask such a one, not yours."""


class Intervals(Section):
    """Seconds between two asks of a polled source."""

    workspaces_s: Positive = 5
    routes_s: Positive = 5
    node_storage_s: Positive = 10
    gateway_s: Positive = 10
    registry_s: Positive = 120
    monitoring_s: Positive = 30


class Demand(Section):
    """What one workspace takes where no running one tells it."""

    cpu_cores: Positive = 4
    memory_gib: Positive = 8
    storage_gib: Positive | None = None
    """Ephemeral storage; None: unknown until a workspace runs."""


class Period(Section):
    """Something that comes again and again, of which only the period is known."""

    name: str
    every_h: Positive
    advice: str = ""
    command: str | None = None


class Hazards(Section):
    """What may disturb a workshop's window, beside what the sources tell."""

    cron_jobs: tuple[str, ...] = ("*rotat*", "*renew*")
    """Names of CronJobs that disturb people, in the gateway's and the server's namespaces; `*` stands for anything."""
    period: tuple[Period, ...] = ()


class Rehearsal(Section):
    """Written by the rehearsal platform: only it runs on a clock of its own, on loopback."""

    scenario: str
    started_at: AwareDatetime
    """Wall time at which the rehearsal's clock showed `shown_at`."""
    shown_at: AwareDatetime
    speed: float = 1.0
    workshop_starts_at: AwareDatetime
    """In the rehearsal's time."""
    workshop_minutes: int = 75
    expected_people: int = 12
    control_url: HttpUrl | None = None
    """Takes `POST /at {"at": "live"}`, which moves the rehearsal's time forward; None: it cannot be moved."""
    control_token: SecretReference | None = None
    """Bearer token of `control_url`."""


class Settings(Section):
    region: tuple[Region, ...] = ()
    coder: Coder = Coder()
    sign_in: SignIn = SignIn()
    kubernetes: Kubernetes = Kubernetes()
    gateway: Gateway = Gateway()
    images: Images = Images()
    prometheus: Prometheus = Prometheus()
    alertmanager: Alertmanager = Alertmanager()
    network: Network = Network()
    intervals: Intervals = Intervals()
    live: Live = Live()
    thresholds: Thresholds = Thresholds()
    hazards: Hazards = Hazards()
    demand: Demand = Demand()
    smoke: Smoke = Smoke()
    guide_file: PathText | None = None
    """A team's own guide; relative to the settings file."""
    messages_directory: PathText | None = None
    """A team's own message templates, `NAME.md.jinja`; they go before the default ones of the same name."""
    participant_zones: tuple[Annotated[str, AfterValidator(_is_a_zone)], ...] = (
        "America/Los_Angeles",
        "America/New_York",
        "Europe/London",
        "Europe/Berlin",
    )
    """IANA names of the zones that participants live in."""
    links: Links = Links()
    theme: Literal["control-room", "daylight", "colour-blind"] = "control-room"
    """Colours; `colour-blind` keeps good, warning and bad apart without red and green."""
    person: str | None = None
    """Who acts in this control room; default: the login name."""
    rehearsal: Rehearsal | None = None
    _file: Path | None = PrivateAttr(None)

    def read_from(self, file: Path) -> Settings:
        """A file that a person named: commands that are printed name it too."""
        self._file = file.absolute()
        return self

    @property
    def own_command(self) -> str:
        """`workshop-tui` with these settings, as a shell takes it."""
        return "workshop-tui" if self._file is None else f"workshop-tui --config {shlex.quote(str(self._file))}"

    @property
    def control_planes(self) -> tuple[Region, ...]:
        """Regions whose role hosts the platform, in the order of the settings."""
        return tuple(region for region in self.region if region.role.hosts_platform)

    @property
    def control_plane(self) -> Region | None:
        """The first control plane with a kube context, else the first one."""
        return next((one for one in self.control_planes if one.context), next(iter(self.control_planes), None))

    @property
    def gateway_region(self) -> Region | None:
        """Whose cluster runs the gateway: the first control plane with a kube context and a namespace for it."""
        return next((one for one in self.control_planes if one.context and one.namespaces.gateway), None)

    @property
    def home_of_the_platform(self) -> str:
        """Where what belongs to no region is shown: the control plane's region, else the first of all."""
        home = self.control_plane or next(iter(self.region), None)
        return home.name if home else ""

    @field_validator("region")
    @classmethod
    def _names_are_unique(cls, value: tuple[Region, ...]) -> tuple[Region, ...]:
        names = [region.name for region in value]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two regions are named {', '.join(sorted(twice))}")
        return value
