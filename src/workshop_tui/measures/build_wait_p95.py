"""How long builds wait for a provisioner."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing
from workshop_tui.measures.shared.builds import of_people, owners, person_count
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import percentile, recent, seconds_between
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Those that still wait count with what they have waited."""
    every = facts.get(WORKSPACES) or ()
    taken_at = facts.taken_at(WORKSPACES)
    waits = []
    for one in of_people(every):
        pending = one.status == "pending"
        if not (pending or recent(one.created_at, facts.now)):
            continue
        seconds = seconds_between(one.created_at, facts.now if pending else one.job_started_at)
        if seconds is not None:
            waits.append((seconds, one))
    if not waits:
        return nothing(MEASURE, region, taken_at, "no build in 30 min")
    p95 = percentile((seconds for seconds, _ in waits), 0.95)
    slow = [one for seconds, one in waits if seconds >= p95 and one.status == "pending"]
    return judged(
        MEASURE,
        facts,
        settings,
        region,
        p95,
        taken_at,
        f"of {len(waits)}",
        owners(slow),
        person_count(every),
    )


MEASURE = Measure(
    id="build-wait-p95",
    title="Build waiting p95",
    unit=Unit.SECONDS,
    why="How long the slowest of twenty builds waited for a free provisioner, over the last 30 minutes.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    query="histogram_quantile(0.95, sum by (le$and) (rate(coderd_provisioner_job_queue_wait_seconds_bucket"
    '{job_type="workspace_build"}[30m])))',
    alert=AlertRule("resource-contention", hold_s=30),
    limit=lambda thresholds: Limit(
        Step(warn=thresholds.start_time_s / 4, fail=thresholds.start_time_s),
        "targets: start under 2 minutes, of which waiting alone may take a quarter (ours)",
        by_cue={
            cue: Step(warn=thresholds.start_time_s, fail=2 * thresholds.start_time_s)
            for cue in ("introduction", "onboarding")
        },
    ),
    whole_platform=True,
)
