"""Every region answers quickly from here.

What: Takes the time that each domain needed to answer the probe, name resolution and TLS included. Warns over the
limit, since a slow way is no reason to call a workshop off.

Why: A terminal through a slow proxy feels broken, and people blame the workspace.

Fix: Compare with another network; then look at the proxy's load and at the way that DNS sends people.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteRole
from workshop_tui.settings.settings import Settings

_SLOW = Remedy("Compare with another network, then look at the proxy's load and at where DNS sends people.")


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    limit_s = settings.thresholds.route_latency_s
    for region, probes in facts.by_region(ROUTES).items():
        for probe in probes:
            if probe.role is not RouteRole.DOMAIN:
                continue
            evidence = (("addresses", ", ".join(probe.addresses)),) if probe.addresses else ()
            if not probe.works or probe.latency_s is None:
                yield Finding(probe.host, Outcome.UNKNOWN, f"it does not answer: {probe.detail}", region, evidence)
            elif probe.latency_s >= limit_s:
                message = f"{probe.latency_s * 1000:.0f} ms, over {limit_s * 1000:g} ms"
                yield Finding(probe.host, Outcome.WARN, message, region, evidence, _SLOW)
            else:
                yield Finding(probe.host, Outcome.PASS, f"{probe.latency_s * 1000:.0f} ms", region, evidence)


CHECK = Check(
    id="latency-fine",
    title="Every region answers quickly from here",
    needs=(ROUTES,),
    judge=judge,
)
