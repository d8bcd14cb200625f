"""What we read of Prometheus' answers; all else is ignored."""

from __future__ import annotations

import msgspec


class EnvelopeWire(msgspec.Struct, rename="camel"):
    status: str
    data: msgspec.Raw = msgspec.Raw()
    """Empty where there is none."""
    error: str | None = None
    error_type: str | None = None
    warnings: list[str] | None = None
    """Prometheus, Thanos and Mimir tell a part of the whole so; `infos`, which only advise, are not read."""
    is_partial: bool | None = None
    """VictoriaMetrics tells it so."""


class DataWire(msgspec.Struct, rename="camel"):
    result_type: str
    result: msgspec.Raw


class SampleWire(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str] | None = None
    """None for a native histogram."""


class TargetWire(msgspec.Struct, rename="camel"):
    labels: dict[str, str]
    scrape_pool: str = ""
    scrape_url: str = ""
    last_error: str = ""
    health: str = "unknown"


class TargetsWire(msgspec.Struct, rename="camel"):
    active_targets: list[TargetWire]


class AlertRuleWire(msgspec.Struct, rename="camel"):
    """Of a recording rule only its type is wanted."""

    type: str
    name: str = ""
    health: str = "unknown"
    state: str = ""
    last_error: str | None = None


class RuleGroupWire(msgspec.Struct):
    name: str
    rules: list[AlertRuleWire] | None = None
    """None for a group without rules."""


class RulesWire(msgspec.Struct):
    groups: list[RuleGroupWire]
