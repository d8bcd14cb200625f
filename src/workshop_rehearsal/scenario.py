"""Scenarios: what happens in a rehearsal, as data."""

from __future__ import annotations

import tomllib
from importlib import resources

import msgspec

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.moment import parse_offset

Span = tuple[float, float]
"""From, to: a value is drawn evenly between them."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown keys are an error: a mistyped number must not be silently the default."""


class People(Part, frozen=True):
    expected: int
    arrive_s: Span
    """After the workshop's start."""
    hesitate_s: Span
    """From sign-in to asking for a workspace."""
    external_share: float
    region_shares: dict[str, float]


class Provisioners(Part, frozen=True):
    default_org: int
    per_person: float
    """The default organization has at least this many for each expected person."""
    job_s: Span


class Nodes(Part, frozen=True):
    per_region: int
    cpu_cores: int
    memory_gib: int
    disk_gib: int
    used_share: Span
    """Of the disk, before any workspace writes."""
    pull_s: Span
    """For an image that the node does not hold."""
    crowded_in: str = ""
    """Region of the crowded nodes."""
    crowded_share: float = 0.0
    """So many of that region's nodes are crowded, by leftovers on disk."""
    crowded_used_share: Span = (0.0, 0.0)


class Storage(Part, frozen=True):
    """How workspaces write to node-local storage."""

    write_mib_per_s: Span
    slower_after: str
    """Offset from which everybody writes at `slower_factor` of it."""
    slower_factor: float
    reclaim_share: float
    """The kubelet evicts until so much of the disk is free beyond its threshold."""


class Startup(Part, frozen=True):
    connect_s: Span
    """From a started container to a connected agent."""
    script_s: Span


class Key(Part, frozen=True):
    created: str
    expires: str
    """Offset."""
    rotates_after_s: float | None = None
    """The add-on renews the key so long after its expiry, and restarts every workspace; None: no add-on runs."""
    rotation_days: int = 30


class Credential(Part, frozen=True):
    """With which the gateway signs in to a provider of models, kept in a Secret."""

    name: str
    secret: str
    keys: tuple[str, ...]
    written: str
    expires: str
    """Both offsets."""


class Gateway(Part, frozen=True):
    replicas: int
    replicas_per_person: float
    key: Key
    credential: tuple[Credential, ...] = ()


class Release(Part, frozen=True):
    """The offsets at which a newer Coder image spreads; empty: it never does."""

    version_before: str
    version_after: str
    pushed: str
    mirrored: str
    rolled_out: str
    """When every region restarts its server or proxy with what its tag then points to."""


class Monitoring(Part, frozen=True):
    alerts: bool


class Trouble(Part, frozen=True):
    """What goes wrong for some people only, as shares of all participants, rounded up to whole people."""

    sign_in_fails_share: float = 0.0
    """Their first two tries to sign in are refused."""
    script_fails_share: float = 0.0
    """The start-up script of their workspace ends with an error."""
    out_of_memory_share: float = 0.0
    """Their workspace is killed for its memory once, `out_of_memory_after_s` after its container started."""
    out_of_memory_after_s: Span = (240.0, 420.0)


class Steady(Part, frozen=True):
    """A load that stays the same, to measure with: nobody comes or goes, and pods change at an even rate."""

    begins: str
    """Offset; everybody's workspace should run by then."""
    changes_per_s: float
    """In all regions together: a pod stops being ready, or is ready again about a second later."""


class Scenario(Part, frozen=True):
    title: str
    minutes: int
    people: People
    provisioners: Provisioners
    nodes: Nodes
    storage: Storage
    startup: Startup
    gateway: Gateway
    release: Release
    monitoring: Monitoring
    trouble: Trouble = Trouble()
    steady: Steady | None = None

    def __post_init__(self) -> None:
        offsets = (self.storage.slower_after, self.gateway.key.created, self.gateway.key.expires)
        release = (self.release.pushed, self.release.mirrored, self.release.rolled_out)
        credentials = [offset for one in self.gateway.credential for offset in (one.written, one.expires)]
        steady = () if self.steady is None else (self.steady.begins,)
        for offset in (*offsets, *steady, *credentials, *filter(None, release)):
            parse_offset(offset)


def scenario_names() -> tuple[str, ...]:
    files = resources.files(__package__).joinpath("scenarios").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def load_scenario(name: str) -> Scenario:
    """Raises `RehearsalError` when there is none of that name."""
    if name not in scenario_names():
        raise RehearsalError(f'there is no scenario "{name}": choose one of {", ".join(scenario_names())}')
    text = resources.files(__package__).joinpath("scenarios", f"{name}.toml").read_text(encoding="utf-8")
    return parse_scenario(text)


def parse_scenario(text: str) -> Scenario:
    """Raises `RehearsalError` naming the wrong key."""
    try:
        return msgspec.convert(tomllib.loads(text), Scenario)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RehearsalError(f"the scenario cannot be read: {error}") from None
