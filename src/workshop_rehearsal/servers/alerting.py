"""Prometheus' alerting rules: those of the scenario's team, and those that its operator found beside Coder's server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workshop_rehearsal.servers import stamp
from workshop_rehearsal.servers.kubernetes_rules import held_s
from workshop_rehearsal.servers.promql.evaluation import Evaluation
from workshop_rehearsal.servers.promql.failure import ExecutionError
from workshop_rehearsal.servers.promql.parsing import parse
from workshop_rehearsal.servers.promql.sample import Sample, nameless
from workshop_rehearsal.servers.series.scraping import SCRAPE_EVERY_S, Scraping
from workshop_rehearsal.servers.series.text_file import KEY_EXPIRES
from workshop_rehearsal.world.world import World

Found = tuple[tuple[str, str], ...]
"""Labels of what a rule finds."""
_STEPS = 20
"""At most so many moments of `for` are looked at."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    expression: str
    for_s: float = 0.0
    labels: dict[str, str] = field(default_factory=lambda: {"severity": "critical"})
    annotations: dict[str, str] = field(default_factory=dict)
    since_s: float | None = None
    """Unix time at which it came; None: long ago."""


_TEAMS = (
    Rule("EphemeralStorageHigh", "max(1 - node_filesystem_avail_bytes / node_filesystem_size_bytes) > 0.85"),
    Rule("WorkspaceFailures", 'sum(kube_pod_status_reason{reason="Evicted"}) > 0'),
    Rule("GatewayKeyExpires", f"{KEY_EXPIRES} - time() < 7 * 86400"),
)


class Alerting:
    def __init__(self, world: World, scraping: Scraping) -> None:
        self._world = world
        self._scraping = scraping

    def groups(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "file": file, "interval": 15, "rules": [self._rule(rule) for rule in rules]}
            for name, file, rules in self._all()
        ]

    def alerts(self) -> list[dict[str, Any]]:
        return [alert for _, _, rules in self._all() for rule in rules for alert in self._rule(rule)["alerts"]]

    def _all(self) -> Iterator[tuple[str, str, list[Rule]]]:
        """Name, file and rules of each group."""
        if self._world.scenario.monitoring.alerts:
            yield "workshop", "workshop.yaml", list(_TEAMS)
        for (namespace, name), found in self._world.control_plane.cluster.rules.items():
            since_s = self._world.moment(found.created_s).timestamp()
            for group in found.groups:
                yield (
                    group["name"],
                    f"/etc/prometheus/rules/{namespace}-{name}-{found.uid}.yaml",
                    [_read(rule, since_s) for rule in group["rules"]],
                )

    def _rule(self, rule: Rule) -> dict[str, Any]:
        trouble, alerts = "", []
        try:
            alerts = self._alerts(rule)
        except ExecutionError as error:
            trouble = str(error)
        states = {alert["state"] for alert in alerts}
        return {
            "type": "alerting",
            "name": rule.name,
            "query": rule.expression,
            "duration": rule.for_s,
            "labels": rule.labels,
            "annotations": rule.annotations,
            "health": "err" if trouble else "ok",
            **({"lastError": trouble} if trouble else {}),
            "state": next((state for state in ("firing", "pending") if state in states), "inactive"),
            "alerts": alerts,
        }

    def _alerts(self, rule: Rule) -> list[dict[str, Any]]:
        """Pending until it held at every moment of `for`. Raises `ExecutionError`."""
        now = self._world.now.timestamp()
        evaluation, node = Evaluation(self._scraping.stores), parse(rule.expression)

        def found(at: float) -> dict[Found, float]:
            value = evaluation.at(node, at)
            samples = value if isinstance(value, list) else [Sample({}, 1.0)] if value else []
            return {tuple(sorted(nameless(one.labels).items())): one.value for one in samples}

        active = found(now)
        held = set(active) if rule.since_s is None or now - rule.since_s >= rule.for_s else set()
        step_s = max(SCRAPE_EVERY_S, rule.for_s / _STEPS)
        before_s = step_s
        while held and before_s <= rule.for_s:
            held &= set(found(now - before_s))
            before_s += step_s
        return [
            {
                "labels": {**dict(labels), **rule.labels, "alertname": rule.name},
                "annotations": rule.annotations,
                "state": "firing" if labels in held else "pending",
                "activeAt": stamp.microseconds(self._world.now),
                "value": f"{value:e}",
            }
            for labels, value in active.items()
        ]


def _read(rule: dict[str, Any], since_s: float) -> Rule:
    for_s = held_s(rule)
    labels, annotations = rule.get("labels") or {}, rule.get("annotations") or {}
    return Rule(rule["alert"], str(rule["expr"]), for_s, labels, annotations, since_s)
