"""How long the first of a region's certificates to expire lives on."""

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
    taken_at = facts.taken_at(ROUTES, region.name)
    told = [
        (probe.certificate_expires_at, probe.role)
        for probe in facts.get(ROUTES, region.name) or ()
        if probe.certificate_expires_at is not None
    ]
    if not told:
        return unknown(MEASURE, region, taken_at, "no certificate was seen")
    expires_at, role = min(told)
    hours = (expires_at - facts.now).total_seconds() / 3600
    return judged(MEASURE, facts, settings, region, hours, taken_at, f"of the {role}")


MEASURE = Measure(
    id="certificate-clock",
    title="Certificate lives",
    unit=Unit.HOURS,
    why="When the certificate of the region's domain or wildcard expires: from then on no browser opens a workspace.",
    needs=(ROUTES,),
    value=value,
    origin="probed from here",
    query="min$by(probe_ssl_earliest_cert_expiry - time()) / 3600",
    alert=AlertRule("routing-fails"),
    limit=lambda thresholds: Limit(
        Step(warn=24 * thresholds.certificate_days, fail=24),
        "ours: time for two tries at a renewal; the documents name no limit",
        below=True,
    ),
)
