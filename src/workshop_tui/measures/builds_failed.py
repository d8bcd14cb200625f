"""Which share of the builds failed."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.builds import ended, owners, person_count
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    every = facts.get(WORKSPACES) or ()
    taken_at = facts.taken_at(WORKSPACES)
    done = ended(every, facts.now)
    if not done:
        return nothing(MEASURE, region, taken_at, "no build ended in 30 min")
    failed = [one for one in done if one.status == "failed"]
    share = len(failed) / len(done)
    detail = f"{len(failed)} of {len(done)}"
    return judged(MEASURE, facts, settings, region, share, taken_at, detail, owners(failed), person_count(every))


MEASURE = Measure(
    id="builds-failed",
    title="Builds failed",
    unit=Unit.SHARE,
    why="The share of the workspaces whose last build ended in the last 30 minutes and failed; the target is under "
    "{thresholds.restart_failure_share}. The build's own log says why.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query='sum$by(increase(coderd_provisionerd_job_timings_seconds_count{status="failed"}[30m])) / '
    "(sum$by(increase(coderd_provisionerd_job_timings_seconds_count[30m])) > 0)",
    alert=AlertRule("provisioners-fail"),
    limit=lambda thresholds: Limit(
        Step(warn=thresholds.restart_failure_share, fail=max(0.2, thresholds.restart_failure_share)),
        "targets: restart/failure rate under 2 %; one of five fails is ours",
    ),
    whole_platform=True,
)
