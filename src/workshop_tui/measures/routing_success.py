"""Which share of a region's routes reach Coder."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS, ROUTES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.pods import owners_of
from workshop_tui.model.route import RouteRole
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    probes = facts.get(ROUTES, region.name) or ()
    taken_at = facts.taken_at(ROUTES, region.name)
    if not probes:
        return nothing(MEASURE, region, taken_at, "no route is configured")
    broken = [probe for probe in probes if not probe.works]
    share = 1 - len(broken) / len(probes)
    detail = f"{broken[0].role} fails: {broken[0].detail}" if broken else ""
    pods = facts.get(PODS, region.name)
    if pods is None or not any(probe.role is RouteRole.WILDCARD for probe in broken):
        return judged(MEASURE, facts, settings, region, share, taken_at, detail)
    people = owners_of(pods.index.alive.values())
    return judged(MEASURE, facts, settings, region, share, taken_at, detail, people, len(people))


MEASURE = Measure(
    id="routing-success",
    title="Routes",
    unit=Unit.SHARE,
    why="Whether the region's domain and wildcard reach Coder, probed from this machine. A broken wildcard hits all "
    "who work in the region.",
    needs=(ROUTES,),
    helps=(PODS,),
    value=value,
    origin="probed from here",
    query="avg$by(probe_success)",
    limit=lambda _: Limit(Step(fail=1.0), "targets: no routing error", below=True),
    alert=AlertRule("routing-fails"),
)
