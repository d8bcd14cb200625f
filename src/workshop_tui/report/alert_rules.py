"""Alerting rules for the dangers that the settings name, and the metric that one of them rests on, as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import yaml

from workshop_tui.model.gateway import GatewayKey
from workshop_tui.model.promql import (
    BUILDS_FAILED,
    FAILURE_RATE,
    KEY_ASKED,
    KEY_EXPIRES,
    KEY_EXPIRY,
    KEY_UNKNOWN,
    NODE_STORAGE_USED,
    STORAGE,
    workspaces_restarted,
)
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.monitoring import WantedAlert
from workshop_tui.settings.settings import Settings

_DAY_S = 86_400
_WIDTH = 10_000
"""Of a line: an expression stays on one, as it is typed into a query."""
_IN_A_LABEL = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
"""The escapes of Prometheus' text format: it knows these three alone, and refuses the whole file for another."""


@dataclass(frozen=True, slots=True)
class Rule:
    alert: str
    expression: str
    for_: str
    """How long it must hold, e.g. `1m`."""
    labels: Mapping[str, str]
    summary: str
    """Prometheus fills in `{{ }}`."""


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """For one danger."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """Where a `PrometheusRule` goes."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


def group_for(wanted: WantedAlert, settings: Settings) -> RuleGroup | None:
    """Its names fit `wanted.names`. None where we know no rule for that danger."""
    rules = {STORAGE: _storage, FAILURE_RATE: _failure_rate, KEY_EXPIRY: _key_expiry}.get(wanted.danger)
    named = [_named(rule, wanted) for rule in rules(settings)] if rules else []
    found = tuple(rule for rule in named if rule is not None)
    return RuleGroup(f"workshop-{wanted.danger.replace(' ', '-')}", found) if found else None


def _storage(settings: Settings) -> Iterator[Rule]:
    told = "{{ or $labels.node $labels.instance }} has used {{ $value | humanizePercentage }} of its storage"
    for share, severity in zip(settings.thresholds.storage_live_shares, ("info", "warning", "critical"), strict=True):
        yield Rule("EphemeralStorageHigh", f"{NODE_STORAGE_USED} > {share:g}", "1m", {"severity": severity}, told)


def _failure_rate(settings: Settings) -> Iterator[Rule]:
    share, warning = f"> {settings.thresholds.restart_failure_share:g}", {"severity": "warning"}
    label = settings.prometheus.region_label
    spaces = dict.fromkeys(name for region in settings.region for name in region.namespaces.workspaces)
    restarted = workspaces_restarted("|".join(spaces) or "coder-ws.*").replace("$by", f" by ({label})" if label else "")
    value = "{{ $value | humanizePercentage }}"
    yield Rule("WorkspaceBuildsFail", f"{BUILDS_FAILED} {share}", "1m", warning, f"{value} of the builds failed")
    yield Rule("WorkspaceRestarts", f"{restarted} {share}", "1m", warning, f"{value} of the workspaces restarted")


def _key_expiry(settings: Settings) -> Iterator[Rule]:
    """Silence proves nothing here: the metric is exported by us, so a rule of its own says when it is not."""
    if settings.gateway.kind is not GatewayKind.LITELLM:
        return
    days = sorted({settings.thresholds.gateway_key_days, *settings.thresholds.gateway_key_warn_days})
    for limit in reversed(days):
        labels = {"severity": "critical" if limit == days[0] else "warning", "under": f"{limit:g}d"}
        told = "The gateway's key {{ $labels.alias }} ends in {{ $value | humanizeDuration }}"
        yield Rule("GatewayKeyExpires", f"{KEY_EXPIRES} - time() < {limit * _DAY_S:.0f}", "1m", labels, told)
    unknown = f"absent({KEY_ASKED}) or time() - max({KEY_ASKED}) > {_DAY_S}"
    told = "Nobody exports when the gateway's key ends: run workshop-tui alert-rules --key-metric FILE every hour"
    yield Rule(KEY_UNKNOWN, unknown, "1m", {"severity": "warning"}, told)


def _named(rule: Rule, wanted: WantedAlert) -> Rule | None:
    """Under its own name where that fits; else under one that does, with its own as a label."""
    if wanted.fits(rule.alert):
        return rule
    for pattern in wanted.names:
        name = re.sub(r"[*?\[\]]", "", pattern)
        if name and wanted.fits(name):
            return Rule(name, rule.expression, rule.for_, {**rule.labels, "rule": rule.alert}, rule.summary)
    return None


def rule_file(groups: Iterable[RuleGroup]) -> str:
    """YAML for `rule_files`."""
    return _yaml({"groups": [_group(group) for group in groups]})


def rule_objects(groups: Iterable[RuleGroup], operator: Operator) -> str:
    """YAML: for each danger an object of its own, so that one printed later replaces no other."""
    return _yaml(*(_object(group, operator) for group in groups), each_begins=True)


def _object(group: RuleGroup, operator: Operator) -> dict[str, object]:
    labels = {"labels": dict(operator.labels)} if operator.labels else {}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": group.name, "namespace": operator.namespace, **labels},
        "spec": {"groups": [_group(group)]},
    }


def _group(group: RuleGroup) -> dict[str, object]:
    return {
        "name": group.name,
        "rules": [
            {
                "alert": rule.alert,
                "expr": rule.expression,
                "for": rule.for_,
                **({"labels": dict(rule.labels)} if rule.labels else {}),
                "annotations": {"summary": rule.summary},
            }
            for rule in group.rules
        ],
    }


def _yaml(*documents: dict[str, object], each_begins: bool = False) -> str:
    return str(
        yaml.dump_all(
            documents,
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=_WIDTH,
            explicit_start=each_begins or None,
        )
    )


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML tells no types
    """Quotes also the texts that are numbers for the YAML of Go's programs, and none for PyYAML's."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"(?:[-+]?(?:\.\d+|\d+\.?\d*)(?:[eE][-+]?\d+)?|[-+]?0[oO]?[0-7_]+|[-+]?0[xXbB][0-9a-fA-F_]+)$"),
    list("-+.0123456789"),
)


def key_metric(key: GatewayKey, now: datetime) -> str:
    """For a node exporter's textfile collector; a key that never ends does so at +Inf."""
    labels = f'{{alias="{key.alias.translate(_IN_A_LABEL)}"}}'
    ends = "+Inf" if key.expires_at is None else f"{key.expires_at.timestamp():.0f}"
    return (
        f"# HELP {KEY_EXPIRES} When the gateway's key of the workshop ends.\n"
        f"# TYPE {KEY_EXPIRES} gauge\n"
        f"{KEY_EXPIRES}{labels} {ends}\n"
        f"# HELP {KEY_ASKED} When the gateway was asked for it.\n"
        f"# TYPE {KEY_ASKED} gauge\n"
        f"{KEY_ASKED}{labels} {now.timestamp():.0f}\n"
    )
