"""What we read of the monitoring: Prometheus and Alertmanager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Target:
    """Something that Prometheus scrapes."""

    pool: str
    """Its scrape job."""
    instance: str
    health: str
    """`up`, `down` or `unknown` (not scraped yet)."""
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class AlertRule:
    name: str
    group: str
    health: str
    """`ok`, `err` or `unknown` (not evaluated yet)."""
    state: str
    """`inactive`, `pending` or `firing`."""
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class SeriesAge:
    """How fresh the wanted series are, by Prometheus' own clock."""

    name: str
    selector: str
    count: int
    newest_age_s: float | None
    """None where there is no series."""
    trouble: str = ""
    """Why Prometheus does not tell; empty when it does."""


@dataclass(frozen=True, slots=True)
class PrometheusHealth:
    targets: tuple[Target, ...] = ()
    targets_trouble: str = ""
    """Why the targets are not known; empty when they are."""
    rules: tuple[AlertRule, ...] = ()
    rules_trouble: str = ""
    series: tuple[SeriesAge, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionNumber:
    """What a measure's query says of one region."""

    region: str
    value: float | None
    """None: no finite number, or not one alone."""
    of: str = ""
    """The node that it is of, where the series names one."""
    trouble: str = ""
    """Why there is no value; empty when there is."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What one measure's query says of all regions."""

    measure_id: str
    numbers: tuple[RegionNumber, ...] = ()
    trouble: str = ""
    """Why there is no answer at all; empty when there is."""
    strangers: tuple[str, ...] = ()
    """Values of the region label that belong to no region of ours."""
    warnings: tuple[str, ...] = ()
    """With one, it may be a part of the whole."""


@dataclass(frozen=True, slots=True)
class Matcher:
    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """One that is active."""

    id: str
    matchers: tuple[Matcher, ...]
    ends_at: datetime | None
    created_by: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AlertmanagerHealth:
    cluster: str
    """`ready`, `settling`, or `disabled` where it runs alone."""
    peer_count: int
    version: str
    receivers: tuple[str, ...]
    silences: tuple[Silence, ...] = ()
