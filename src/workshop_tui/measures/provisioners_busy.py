"""Which share of an organisation's provisioners is busy."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import judged, nothing, unknown
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.coder import ProvisionerPool
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PROVISIONERS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the organisation that is worst off; of those that may take the jobs of the workshop's templates."""
    every, taken_at = facts.get(PROVISIONERS) or (), facts.taken_at(PROVISIONERS)
    if hidden := next((pool.hidden for pool in every if pool.hidden), ""):
        return unknown(MEASURE, region, taken_at, hidden)
    pools = [pool for pool in every if pool.connected or pool.others or pool.pending_jobs or pool.is_default]
    if not pools:
        return nothing(MEASURE, region, taken_at, "no organisation has provisioners")
    if nobody := next((one for pool in pools for one in pool.nobody_for), ""):
        detail = f"none may take {nobody}"
        return MeasureValue(MEASURE.id, region.name, 1.0, Outcome.FAIL, taken_at, detail)
    if unproven := next((pool.unproven for pool in pools if pool.unproven and pool.connected), ""):
        return unknown(MEASURE, region, taken_at, unproven)
    worst = max(pools, key=lambda pool: (_share(pool), pool.pending_jobs))
    of_which = "" if len(pools) == 1 else f" in {worst.organization}"
    if not worst.connected:
        detail = f"none connected{of_which}"
        return MeasureValue(MEASURE.id, region.name, 1.0, Outcome.FAIL, taken_at, detail)
    waiting = f", {worst.pending} wait" if worst.pending_jobs else ""
    detail = f"{worst.busy} of {worst.connected}{of_which}{waiting}"
    return judged(MEASURE, facts, settings, region, _share(worst), taken_at, detail)


def _share(pool: ProvisionerPool) -> float:
    """An organisation without any cannot take one build more, as one whose provisioners are all busy."""
    return pool.busy / pool.connected if pool.connected else 1.01


MEASURE = Measure(
    id="provisioners-busy",
    title="Provisioners busy",
    unit=Unit.SHARE,
    why="Of those that may take the jobs of the workshop's templates. When all are busy the next build waits. While "
    "everybody starts this is normal; later it means too few provisioners, or builds that hang.",
    needs=(PROVISIONERS,),
    value=value,
    origin="Coder",
    query="sum$by(coderd_provisionerd_jobs_current) / (sum$by(coderd_provisionerd_num_daemons) > 0)",
    alert=AlertRule("resource-contention", hold_s=60),
    limit=lambda _: Limit(
        Step(warn=1.0),
        "ours: with none idle the next build waits; the documents give counts, not a share",
        by_cue={"introduction": Step(), "onboarding": Step()},
    ),
    whole_platform=True,
)
