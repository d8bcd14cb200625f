"""Rules are ready to warn of storage, failures and key expiry.

What: For each danger of `prometheus.alert` there is an alerting rule in Prometheus with one of the names, and it is
evaluated without an error. Warns when one of them already fires, or when another of the same danger is broken. Judges
names and health, not whether the rule's expression means what its name says.

Why: In September 2024 nothing alerted: disks filled and the key died unseen.

Fix: `workshop-tui alert-rules` prints the missing rules, as a rule file or for Prometheus' operator; or mend the broken
one, or name yours in `prometheus.alert`. No gateway tells Prometheus when its key ends: `workshop-tui alert-rules
--key-metric FILE`, run every hour, writes it for a node exporter, and a rule warns as long as it does not come.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import AlertRule
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.promql import DANGERS, KEY_EXPIRY, KEY_UNKNOWN
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.monitoring import WantedAlert
from workshop_tui.settings.settings import Settings


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
        yield _judge_one(wanted, rules_of(wanted, health.rules), len(health.rules), settings)


def rules_of(wanted: WantedAlert, rules: tuple[AlertRule, ...]) -> list[AlertRule]:
    """Those whose name fits, whatever its case."""
    return [rule for rule in rules if wanted.fits(rule.name)]


def _judge_one(wanted: WantedAlert, rules: list[AlertRule], rule_count: int, settings: Settings) -> Finding:
    if not rules:
        looked = (("alerting rules in all", str(rule_count)), ("names looked for", ", ".join(wanted.names)))
        remedy = _add(wanted.danger, settings)
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
        return Finding(wanted.danger, Outcome.WARN, f"{firing[0].name} fires now", None, rows, _look(firing, settings))
    return Finding(wanted.danger, Outcome.PASS, f"{', '.join(rule.name for rule in healthy[:3])} watches", None, rows)


def _add(danger: str, settings: Settings) -> Remedy:
    """What our command prints goes to Prometheus as the settings say; for a danger of the team's own it prints none."""
    if danger not in DANGERS or (danger == KEY_EXPIRY and settings.gateway.kind is not GatewayKind.LITELLM):
        return Remedy(f"Add an alerting rule for {danger} to Prometheus, or name yours in prometheus.alert.")
    command = f"{settings.own_command} alert-rules"
    region = settings.control_plane
    namespace = settings.prometheus.rules_namespace
    if region is not None and region.context is not None and namespace is not None:
        kubectl = f"kubectl --context {shlex.quote(region.context)} -n {namespace}"
        text = "Add the rules that it lacks, or name yours in prometheus.alert."
        return Remedy(text, f"{command} --operator | {kubectl} apply -f -")
    text = (
        "Name the file in Prometheus' rule_files and reload it, or name your own rules in prometheus.alert; "
        "with Prometheus' operator set prometheus.rules_namespace."
    )
    return Remedy(text, f"{command} > workshop.rules.yaml")


def _look(firing: list[AlertRule], settings: Settings) -> Remedy:
    if firing[0].name != KEY_UNKNOWN:
        return Remedy("Look what it warns of before people come; a rule that always fires warns nobody.")
    file = settings.prometheus.key_metric_file
    return Remedy(
        "Let a timer write every hour when the key ends, where a node exporter collects text files.",
        f"{settings.own_command} alert-rules --key-metric {shlex.quote(str(file))}" if file else None,
    )


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
