"""Monitoring collects what the workshop is watched by.

What: Prometheus answers and scrapes something; names the targets that are down, and fails a job of which none is up.
Each wanted series (`prometheus.series`, and what the live room reads there) exists, and its newest sample is younger
than the limit by Prometheus' own clock. Not whether a dashboard shows them.

Why: A panel without data looks like a calm platform, and a rule without data never fires.

Fix: Read the target's last error; look at its exporter, its port and the network policies. For a missing series look
whether its job is scraped at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.promql import ask_prometheus
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import PrometheusHealth, SeriesAge, Target
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings

_NAMED = 8
"""Targets that are told each by each."""


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    health = facts.get(PROMETHEUS_HEALTH)
    if health is None:
        return
    yield from _targets(health, settings)
    for series in health.series:
        yield _series(series, settings)


def _targets(health: PrometheusHealth, settings: Settings) -> Iterator[Finding]:
    if health.targets_trouble:
        yield Finding("targets", Outcome.UNKNOWN, f"the targets cannot be read: {health.targets_trouble}")
        return
    if not health.targets:
        remedy = Remedy("Look at scrape_configs, or at the ServiceMonitors that the operator selects.")
        yield Finding("targets", Outcome.FAIL, "Prometheus scrapes nothing", remedy=remedy)
        return
    pools: dict[str, list[Target]] = {}
    for target in health.targets:
        pools.setdefault(target.pool, []).append(target)
    for pool, targets in sorted(pools.items()):
        yield _pool(pool or "without a job", targets, settings)


def _pool(pool: str, targets: list[Target], settings: Settings) -> Finding:
    subject, count = f"job {pool}", len(targets)
    down = [target for target in targets if target.health == "down"]
    up_count = sum(target.health == "up" for target in targets)
    rows = [(target.instance, target.last_error or "down") for target in down[:_NAMED]]
    if len(down) > _NAMED:
        rows.append(("and more", str(len(down) - _NAMED)))
    if down:
        names = ", ".join(target.instance for target in down[:3]) + (" …" if len(down) > 3 else "")
        outcome = Outcome.WARN if up_count else Outcome.FAIL
        remedy = Remedy(
            "Read the last error; look at the exporter, its port and the network policies.",
            ask_prometheus(settings, f'up{{job="{pool}"}} == 0'),
        )
        return Finding(subject, outcome, f"{len(down)} of {count} targets down: {names}", None, tuple(rows), remedy)
    if not up_count:
        return Finding(subject, Outcome.UNKNOWN, f"none of {count} targets is scraped yet")
    return Finding(subject, Outcome.PASS, f"{up_count} of {count} targets up")


def _series(series: SeriesAge, settings: Settings) -> Finding:
    if series.trouble:
        return Finding(series.name, Outcome.UNKNOWN, series.trouble)
    rows = (("selector", series.selector), ("series", str(series.count)))
    remedy = Remedy(
        "Look whether the job that brings it is scraped; a series that you do not want goes out of prometheus.series.",
        ask_prometheus(settings, f"count by (job) ({series.selector})"),
    )
    if series.count == 0:
        return Finding(series.name, Outcome.FAIL, "Prometheus has no such series", None, rows, remedy)
    if series.newest_age_s is None:
        return Finding(
            series.name, Outcome.UNKNOWN, "Prometheus does not tell how old the newest sample is", None, rows
        )
    age = short(timedelta(seconds=series.newest_age_s))
    limit_s = settings.thresholds.metric_age_s
    if series.newest_age_s > limit_s:
        message = f"the newest sample is {age} old, over {limit_s:g} s"
        return Finding(series.name, Outcome.FAIL, message, None, rows, remedy)
    return Finding(series.name, Outcome.PASS, f"{series.count} series, the newest sample {age} old", None, rows)


CHECK = Check(
    id="monitoring-collects",
    title="Monitoring collects what the workshop is watched by",
    needs=(PROMETHEUS_HEALTH,),
    judge=judge,
)
