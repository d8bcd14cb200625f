"""Rules are ready to warn of storage, failures and key expiry.

What: For each danger of `prometheus.alert` there is an alerting rule in Prometheus with one of the names, and it is
evaluated without an error. Warns when one of them already fires, or when another of the same danger is broken. Judges
names and health, not whether the rule's expression means what its name says.

Why: In September 2024 nothing alerted: disks filled and the key died unseen.

Fix: Add the missing rule to Prometheus' rule files, mend the broken one, or name yours in `prometheus.alert`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from workshop_tui.checks.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import AlertRule
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Settings, WantedAlert


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    health = facts.get(PROMETHEUS_HEALTH)
    if health is None:
        return
    if not settings.prometheus.alert:
        yield Finding("rules", Outcome.NOT_APPLICABLE, "prometheus.alert names no danger")
        return
    if health.rules_trouble:
        yield Finding("rules", Outcome.UNKNOWN, f"the rules cannot be read: {health.rules_trouble}")
        return
    for wanted in settings.prometheus.alert:
        yield _judge_one(wanted, rules_of(wanted, health.rules), len(health.rules))


def rules_of(wanted: WantedAlert, rules: tuple[AlertRule, ...]) -> list[AlertRule]:
    """Those whose name fits, whatever its case."""
    return [
        rule for rule in rules if any(fnmatchcase(rule.name.casefold(), pattern.casefold()) for pattern in wanted.names)
    ]


def _judge_one(wanted: WantedAlert, rules: list[AlertRule], rule_count: int) -> Finding:
    if not rules:
        looked = (("alerting rules in all", str(rule_count)), ("names looked for", ", ".join(wanted.names)))
        remedy = Remedy(f"Add an alerting rule for {wanted.danger} to Prometheus, or name yours in prometheus.alert.")
        return Finding(wanted.danger, Outcome.FAIL, f"no alerting rule warns of {wanted.danger}", None, looked, remedy)
    rows = tuple((rule.name, _told(rule)) for rule in rules)
    healthy = [rule for rule in rules if rule.health == "ok"]
    broken = [rule for rule in rules if rule.health == "err"]
    if broken:
        remedy = Remedy(f"Mend the expression of {broken[0].name} in group {broken[0].group}.")
        message = f"{broken[0].name} cannot be evaluated: {broken[0].last_error or 'no reason told'}"
        return Finding(wanted.danger, Outcome.WARN if healthy else Outcome.FAIL, message, None, rows, remedy)
    if not healthy:
        return Finding(wanted.danger, Outcome.UNKNOWN, f"{rules[0].name} was not evaluated yet", None, rows)
    firing = [rule for rule in healthy if rule.state == "firing"]
    if firing:
        remedy = Remedy("Look what it warns of before people come; a rule that always fires warns nobody.")
        return Finding(wanted.danger, Outcome.WARN, f"{firing[0].name} fires now", None, rows, remedy)
    return Finding(wanted.danger, Outcome.PASS, f"{', '.join(rule.name for rule in healthy[:3])} watches", None, rows)


def _told(rule: AlertRule) -> str:
    return f"{rule.group}: {rule.health}, {rule.state or 'no state'}" + (
        f" ({rule.last_error})" if rule.last_error else ""
    )


CHECK = Check(
    id="alert-rules-ready",
    title="Rules are ready to warn of storage, failures and key expiry",
    needs=(PROMETHEUS_HEALTH,),
    judge=judge,
)
