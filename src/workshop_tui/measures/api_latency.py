"""How fast Coder answers in a region."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, unknown
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """The slowest of the region's routes that answered."""
    taken_at = facts.taken_at(ROUTES, region.name)
    told = [
        (probe.latency_s, probe.role)
        for probe in facts.get(ROUTES, region.name) or ()
        if probe.latency_s is not None and probe.latency_s >= 0 and probe.works
    ]
    if not told:
        return unknown(MEASURE, region, taken_at, "no route answered")
    latency_s, role = max(told)
    return judged(MEASURE, facts, settings, region, latency_s, taken_at, f"by the {role}")


MEASURE = Measure(
    id="api-latency",
    title="Coder answers in",
    unit=Unit.SECONDS,
    why="How long Coder, or the region's proxy, takes to answer a request from this machine: what a terminal feels "
    "like from here. By Prometheus it is the p95 of all requests to the API.",
    needs=(ROUTES,),
    value=value,
    origin="probed from here",
    query="histogram_quantile(0.95, sum by (le$and) (rate(coderd_api_request_latencies_seconds_bucket[5m])))",
    alert=AlertRule("resource-contention", hold_s=30),
    limit=lambda thresholds: Limit(
        Step(warn=thresholds.route_latency_s, fail=6 * thresholds.route_latency_s),
        "ours: from here on a terminal feels slow; the documents name no limit",
    ),
)
