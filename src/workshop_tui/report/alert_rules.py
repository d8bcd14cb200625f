"""Alerting rules for the dangers that the settings name, and the metric that one of them rests on, as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workshop_tui.gateway_settings import GatewayKind
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
from workshop_tui.settings import Settings, WantedAlert

_DAY_S = 86_400


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
    return "\n".join(["groups:", *(line for group in groups for line in _group(group)), ""])


def rule_objects(groups: Iterable[RuleGroup], operator: Operator) -> str:
    """YAML: for each danger an object of its own, so that one printed later replaces no other."""
    lines: list[str] = []
    for group in groups:
        lines += [
            "---",
            "apiVersion: monitoring.coreos.com/v1",
            "kind: PrometheusRule",
            "metadata:",
            f"  name: {group.name}",
            f"  namespace: {operator.namespace}",
            *_table("labels", operator.labels, "  "),
            "spec:",
            "  groups:",
            *(f"  {line}" for line in _group(group)),
        ]
    return "\n".join([*lines, ""])


def _group(group: RuleGroup) -> Iterator[str]:
    yield f"  - name: {group.name}"
    yield "    rules:"
    for rule in group.rules:
        yield f"      - alert: {json.dumps(rule.alert)}"
        yield "        expr: |-"
        yield f"          {rule.expression}"
        yield f"        for: {rule.for_}"
        yield from _table("labels", rule.labels, "        ")
        yield from _table("annotations", {"summary": rule.summary}, "        ")


def _table(name: str, values: Mapping[str, str], indent: str) -> Iterator[str]:
    """A JSON text is a YAML text too."""
    if values:
        yield f"{indent}{name}:"
        yield from (f"{indent}  {json.dumps(key)}: {json.dumps(value)}" for key, value in values.items())


def key_metric(key: GatewayKey, now: datetime) -> str:
    """For a node exporter's textfile collector; a key that never ends does so at +Inf."""
    labels = f"{{alias={json.dumps(key.alias, ensure_ascii=False)}}}"
    ends = "+Inf" if key.expires_at is None else f"{key.expires_at.timestamp():.0f}"
    return (
        f"# HELP {KEY_EXPIRES} When the gateway's key of the workshop ends.\n"
        f"# TYPE {KEY_EXPIRES} gauge\n"
        f"{KEY_EXPIRES}{labels} {ends}\n"
        f"# HELP {KEY_ASKED} When the gateway was asked for it.\n"
        f"# TYPE {KEY_ASKED} gauge\n"
        f"{KEY_ASKED}{labels} {now.timestamp():.0f}\n"
    )
