"""Coder itself finds every region's proxy healthy and of its own version.

What: Looks up each region of the settings among the proxies that the Coder server knows, by its address, and takes the
server's judgement: healthy, reachable, registered, without errors, of the server's version.

Why: A proxy can answer its own health page and still be unregistered, or older than the server; then apps and
terminals of that region fail with errors that name neither.

Fix: Roll the server's image out in that region; register the proxy again when the server does not know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.rollout import restart
from workshop_tui.model.coder import Proxies, Proxy
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PROXIES
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    known = facts.get(PROXIES)
    if known is None:
        return
    regions = [region for region in settings.region if region.domain or region.wildcard]
    if not regions:
        yield Finding("settings", Outcome.NOT_APPLICABLE, "no region has a domain")
    for region in regions:
        proxy = next((proxy for proxy in known.proxies if _serves(proxy, region)), None)
        if proxy is None:
            names = ", ".join(proxy.name for proxy in known.proxies) or "none"
            message = f"the server knows no proxy at {region.domain or region.wildcard}"
            remedy = Remedy("Register the proxy again, or correct the region's domain in the settings.")
            yield Finding("proxy", Outcome.FAIL, message, region.name, (("known", names),), remedy)
        else:
            yield _judge_proxy(proxy, region, known)


def _judge_proxy(proxy: Proxy, region: Region, known: Proxies) -> Finding:
    evidence = [("status", proxy.status or ("healthy" if proxy.healthy else "not healthy"))]
    if proxy.version:
        evidence.append(("version", f"{proxy.version}, the server {known.server_version}"))
    evidence += [("report", trouble[:160]) for trouble in proxy.troubles[:3]]
    rows = tuple(evidence)
    command = None
    if region.context:
        command = restart(region.context, region.namespaces.server)
    remedy = Remedy("Roll the server's image out in this region.", command)
    if not proxy.healthy:
        message = f"the server finds it {proxy.status or 'unhealthy'}"
        return Finding(proxy.name, Outcome.FAIL, message, region.name, rows, remedy)
    if not region.role.hosts_platform and proxy.version and _release(proxy.version) != _release(known.server_version):
        message = f"it runs {proxy.version}, the server {known.server_version}"
        return Finding(proxy.name, Outcome.FAIL, message, region.name, rows, remedy)
    if proxy.troubles:
        return Finding(proxy.name, Outcome.WARN, proxy.troubles[0][:160], region.name, rows, remedy)
    return Finding(
        proxy.name, Outcome.PASS, f"healthy{f', {proxy.version}' if proxy.version else ''}", region.name, rows
    )


def _serves(proxy: Proxy, region: Region) -> bool:
    host = urlsplit(proxy.url).hostname or ""
    return host == region.domain or (bool(region.wildcard) and proxy.wildcard == region.wildcard)


def _release(version: str) -> str:
    """Without the build's hash: `v2.35.1+abc` and `v2.35.1` are one."""
    return version.partition("+")[0]


CHECK = Check(
    id="proxies-healthy",
    title="Coder finds every region's proxy healthy and of its own version",
    needs=(PROXIES,),
    judge=judge,
)
