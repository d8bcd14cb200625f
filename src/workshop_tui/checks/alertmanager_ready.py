"""Alertmanager can tell the team.

What: Alertmanager answers and has settled, has the receivers that `alertmanager.receivers` names, and no active silence
covers a rule that warns of a danger of `prometheus.alert` (any silence, where the rules cannot be read). A message that
really arrives is proved only by `workshop-tui check-alert`.

Why: A rule that fires reaches nobody without it, and a forgotten silence hides the one alert that counts.

Fix: Expire the silence, add the receiver, or look at Alertmanager's pods; then send a test alert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workshop_tui.checks.alert_rules_ready import rules_of
from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.promql import ask_alertmanager
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import ALERTMANAGER_HEALTH, PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import AlertmanagerHealth, Matcher, PrometheusHealth, Silence
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings

_PLAIN = re.compile(r"(?:[\w:|-]|\.[*+])*")
"""Expressions that mean the same in Go and in Python, and are quick; any other may hold."""


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    health = facts.get(ALERTMANAGER_HEALTH)
    if health is None:
        return
    yield _cluster(health, settings)
    for name in settings.alertmanager.receivers:
        yield _receiver(name, health, settings)
    names = _wanted_names(facts.get(PROMETHEUS_HEALTH), settings)
    for silence in health.silences:
        if names is None or any(_may_cover(silence, name) for name in names):
            yield _silence(silence, settings)


def _cluster(health: AlertmanagerHealth, settings: Settings) -> Finding:
    rows = (
        ("cluster", f"{health.cluster}, {health.peer_count} peers"),
        ("version", health.version or "not told"),
        ("receivers", ", ".join(health.receivers) or "none"),
    )
    if not health.receivers:
        remedy = Remedy("Give its configuration a receiver and a route to it.")
        return Finding("Alertmanager", Outcome.FAIL, "it has no receiver: it can tell nobody", None, rows, remedy)
    if health.cluster not in ("ready", "disabled"):
        remedy = Remedy("Wait for its peers, or look at their pods.", ask_alertmanager(settings, "status"))
        return Finding("Alertmanager", Outcome.WARN, f"its cluster is {health.cluster}", None, rows, remedy)
    message = f"ready, {len(health.receivers)} receiver{'s' if len(health.receivers) > 1 else ''}"
    return Finding("Alertmanager", Outcome.PASS, message, None, rows)


def _receiver(name: str, health: AlertmanagerHealth, settings: Settings) -> Finding:
    if name in health.receivers:
        return Finding(f"receiver {name}", Outcome.PASS, "is configured; whether it is reached, a test alert shows")
    remedy = Remedy(
        "Add it to Alertmanager's configuration, or change alertmanager.receivers of the settings.",
        ask_alertmanager(settings, "receivers"),
    )
    return Finding(f"receiver {name}", Outcome.FAIL, "Alertmanager does not have it", remedy=remedy)


def _wanted_names(prometheus: PrometheusHealth | None, settings: Settings) -> set[str] | None:
    """Of the rules that warn of a danger; None where none is known."""
    if prometheus is None or prometheus.rules_trouble:
        return None
    return {rule.name for wanted in settings.prometheus.alert for rule in rules_of(wanted, prometheus.rules)} or None


def _may_cover(silence: Silence, alert: str) -> bool:
    """Only the alert's name is known beforehand: a matcher of another label may hold."""
    return all(_holds(matcher, alert) for matcher in silence.matchers if matcher.name == "alertname")


def _holds(matcher: Matcher, value: str) -> bool:
    if not matcher.is_regex:
        return (matcher.value == value) is matcher.is_equal
    if not _PLAIN.fullmatch(matcher.value):
        return True
    return (re.fullmatch(matcher.value, value) is not None) is matcher.is_equal


def _silence(silence: Silence, settings: Settings) -> Finding:
    matchers = ", ".join(
        f"{one.name}{'=' if one.is_equal else '!'}{'~' if one.is_regex else '' if one.is_equal else '='}{one.value}"
        for one in silence.matchers
    )
    until = f"{silence.ends_at:%Y-%m-%d %H:%M} UTC" if silence.ends_at else "an unknown time"
    rows = (("silences", matchers), ("by", silence.created_by or "not told"), ("comment", silence.comment or "none"))
    url = str(settings.alertmanager.url or "").rstrip("/")
    remedy = Remedy(
        "Expire it if it is not meant for the workshop.", f"amtool --alertmanager.url={url} silence expire {silence.id}"
    )
    return Finding(f"silence {silence.id[:8]}", Outcome.WARN, f"hides alerts until {until}", None, rows, remedy)


CHECK = Check(
    id="alertmanager-ready",
    title="Alertmanager can tell the team",
    needs=(ALERTMANAGER_HEALTH,),
    helps=(PROMETHEUS_HEALTH,),
    judge=judge,
)
