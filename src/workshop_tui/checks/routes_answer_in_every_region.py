"""Every region's domain and wildcard reach Coder.

What: From this machine, asks each domain's health page and a name under each wildcard that no workspace can have, stage
by stage: DNS, connection, TLS, and whether Coder itself answered. Warns when a certificate ends soon.

Why: A load balancer that answers in Coder's place looks healthy to everyone but the participants. On 30 September 2024
the wildcards of two regions failed and nobody saw it.

Fix: What to do depends on the stage that failed: the DNS record, the load balancer, the certificate, or the proxy's
image.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.rollout import restart
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    probes = facts.by_region(ROUTES)
    for region in settings.region:
        if region.name not in probes:
            continue
        for role, configured in ((RouteRole.DOMAIN, region.domain), (RouteRole.WILDCARD, region.wildcard)):
            if configured is None:
                yield Finding(role, Outcome.NOT_APPLICABLE, f"no {role} is configured", region.name)
        for probe in probes[region.name]:
            yield _finding(probe, region, facts.now, settings)


def _finding(probe: RouteProbe, region: Region, now: datetime, settings: Settings) -> Finding:
    name = (region.wildcard if probe.role is RouteRole.WILDCARD else region.domain) or probe.host
    evidence = _evidence(probe, now)
    if not probe.works:
        message = f"{probe.role} {probe.detail.removeprefix(probe.host).lstrip(': ')}"
        return Finding(name, Outcome.FAIL, message, region.name, evidence, _remedy(probe, region, name))
    if probe.certificate_expires_at is not None:
        left = probe.certificate_expires_at - now
        if left < timedelta(days=settings.thresholds.certificate_days):
            message = f"answers, but its certificate ends in {short(left)}"
            remedy = Remedy(f"Renew the certificate of {name} before the workshop.")
            return Finding(name, Outcome.WARN, message, region.name, evidence, remedy)
    latency = f" in {probe.latency_s * 1000:.0f} ms" if probe.latency_s is not None else ""
    return Finding(name, Outcome.PASS, f"{probe.detail}{latency}", region.name, evidence)


def _remedy(probe: RouteProbe, region: Region, name: str) -> Remedy:
    if probe.stage is RouteStage.DNS:
        return Remedy(
            f"Ask for the DNS record of {name}: it must point to the load balancer of {region.name}. "
            "DNS is changed by hand, so ask now.",
            f"dig +short {probe.host}",
        )
    if probe.stage is RouteStage.TLS:
        return Remedy(
            f"Mend the certificate of {name}.",
            f"openssl s_client -connect {probe.host}:{region.https_port} -servername {probe.host} </dev/null",
        )
    if region.context is None:
        return Remedy(f"Look at the load balancer and the Coder pods of {region.name}.")
    kubectl = f"kubectl --context {region.context} -n {region.namespaces.server}"
    if probe.stage is RouteStage.CONNECT:
        return Remedy(f"Look at the load balancer and the service of {region.name}.", f"{kubectl} get service,pods")
    return Remedy(
        f"Something else answered in Coder's place. Compare the images first; if they match, look at the ingress of "
        f"{region.name} and restart its rollout.",
        restart(region.context, region.namespaces.server),
    )


def _evidence(probe: RouteProbe, now: datetime) -> tuple[tuple[str, str], ...]:
    rows = [("asked", probe.host), ("address", ", ".join(probe.addresses)), ("reached", probe.stage.value)]
    if probe.status is not None:
        rows.append(("status", str(probe.status)))
    rows.append(("Coder", probe.build_version))
    if probe.certificate_expires_at is not None:
        left = short(probe.certificate_expires_at - now)
        rows.append(("certificate", f"until {probe.certificate_expires_at:%Y-%m-%d} ({left} left)"))
    if probe.latency_s is not None:
        rows.append(("latency", f"{probe.latency_s * 1000:.0f} ms"))
    return tuple((name, value) for name, value in rows if value)


CHECK = Check(
    id="routes-answer-in-every-region",
    title="Domain and wildcard reach Coder in every region",
    needs=(ROUTES,),
    judge=judge,
)
