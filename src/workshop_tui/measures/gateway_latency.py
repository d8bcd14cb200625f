"""Whether the gateway is ready, and how fast it says so."""

from __future__ import annotations

from dataclasses import replace

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.gateway import DATABASE_GONE
from workshop_tui.model.kinds import GATEWAY_HEALTH
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    health = facts.get(GATEWAY_HEALTH)
    taken_at = facts.taken_at(GATEWAY_HEALTH)
    if health is not None and not health.usable:
        detail = f"not ready: {health.trouble or 'its readiness fails'}"
        if health.database_gone and not health.trouble:
            detail = DATABASE_GONE
        return MeasureValue(MEASURE.id, region.name, health.latency_s, Outcome.FAIL, taken_at, detail)
    warning = health.warning if health else ""
    found = judged(MEASURE, facts, settings, region, health.latency_s if health else float("nan"), taken_at, warning)
    return replace(found, outcome=Outcome.WARN) if warning and found.outcome is Outcome.PASS else found


MEASURE = Measure(
    id="gateway-latency",
    title="Gateway answers in",
    unit=Unit.SECONDS,
    why="Whether the AI gateway is ready, and how long it takes to say so. Without it the AI tools of all workspaces "
    "stand still; how fast the models behind it are, this does not tell.",
    needs=(GATEWAY_HEALTH,),
    value=value,
    origin="asked from here",
    alert=AlertRule("gateway-refuses", hold_s=10),
    limit=lambda thresholds: Limit(
        Step(warn=thresholds.gateway_latency_s, fail=3 * thresholds.gateway_latency_s),
        "ours: what a person notices; the documents name no limit",
    ),
    whole_platform=True,
)
