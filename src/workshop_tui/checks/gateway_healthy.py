"""The gateway is ready and quick.

What: Asks the gateway whether it is ready: LiteLLM by its readiness, Coder's AI bridge by a path that it does not have
and its running daemon alone refuses. Fails when it is not, or when its database is gone; warns when it answers later
than the limit. A LiteLLM without a database is fine as long as no keys of its own are handed out.

Why: Every AI tool in every workspace goes through it; when it is down, the exercise is over.

Fix: Look at its pods and log, restart the rollout, scale it to the table's number for the expected people.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.gateway import DATABASE_GONE
from workshop_tui.model.kinds import GATEWAY_HEALTH
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    health = facts.get(GATEWAY_HEALTH)
    if health is None:
        return
    evidence = [("answers in", f"{health.latency_s * 1000:.0f} ms")]
    if health.database:
        evidence.insert(0, ("database", health.database))
    rows = tuple(evidence)
    if not health.usable:
        why = DATABASE_GONE if health.database_gone else "it is not ready"
        yield Finding("gateway", Outcome.FAIL, health.trouble or why, None, rows, _restart(settings))
    elif health.warning:
        yield Finding("gateway", Outcome.WARN, f"ready, but {health.warning}", None, rows)
    elif health.latency_s >= settings.thresholds.gateway_latency_s:
        message = f"ready, but answers in {health.latency_s:.1f} s, over {settings.thresholds.gateway_latency_s:g} s"
        yield Finding("gateway", Outcome.WARN, message, None, rows, _restart(settings))
    else:
        yield Finding("gateway", Outcome.PASS, f"ready, answers in {health.latency_s * 1000:.0f} ms", None, rows)


def _restart(settings: Settings) -> Remedy:
    if settings.gateway.kind is GatewayKind.AI_BRIDGE:
        return Remedy(
            "Look at the Coder server's log. It is turned on with CODER_AIBRIDGE_ENABLED=true (newer: "
            "CODER_AI_GATEWAY_ENABLED) and needs the AI governance licence."
        )
    region, command = settings.gateway_region, None
    if region is not None and region.context is not None:
        kubectl = f"kubectl --context {shlex.quote(region.context)} -n {shlex.quote(region.namespaces.gateway)}"
        command = (
            f"{kubectl} get pods\n{kubectl} logs deploy/litellm --tail=50\n{kubectl} rollout restart deploy/litellm"
        )
    return Remedy("Look at its pods and log, then restart it.", command)


CHECK = Check(
    id="gateway-healthy",
    title="The gateway is ready and quick",
    needs=(GATEWAY_HEALTH,),
    judge=judge,
)
