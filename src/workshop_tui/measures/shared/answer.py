"""The values that measures give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from workshop_tui.measures.shared.limit import Step, moment_of, outcome_of, step_of
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.model.facts import Facts
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

NO_WORKSPACES = "namespaces.workspaces names none"


def judged(
    measure: Measure,
    facts: Facts,
    settings: Settings,
    region: Region,
    value: float,
    taken_at: datetime | None,
    detail: str = "",
    people: tuple[str, ...] = (),
    people_of: int = 0,
) -> MeasureValue:
    """Judged by the measure's limit at this moment of the workshop; people are named only where it is bad.

    Unknown where `taken_at` is None: no reading stands behind the number.
    """
    if taken_at is None:
        return unknown(measure, region, None, "nothing was read")
    outcome = judge(measure, facts, settings, value)
    if outcome is Outcome.UNKNOWN:
        return unknown(measure, region, taken_at, detail or "the number is none")
    hit = outcome in (Outcome.WARN, Outcome.FAIL)
    return MeasureValue(
        measure.id, region.name, value, outcome, taken_at, detail, people if hit else (), people_of if hit else 0
    )


def judge(measure: Measure, facts: Facts, settings: Settings, value: float) -> Outcome:
    return judge_by(measure, facts, settings)(value)


def judge_by(measure: Measure, facts: Facts, settings: Settings) -> Callable[[float], Outcome]:
    """For many values at once: the limit of this moment is looked up once."""
    if measure.limit is None:
        return lambda value: outcome_of(value, Step())
    limit = measure.limit(settings.thresholds)
    step = step_of(measure.id, limit, settings.live, moment_of(facts))
    return lambda value: outcome_of(value, step, below=limit.below)


def unknown(measure: Measure, region: Region, taken_at: datetime | None, reason: str) -> MeasureValue:
    return MeasureValue(measure.id, region.name, None, Outcome.UNKNOWN, taken_at, reason)


def nothing(measure: Measure, region: Region, taken_at: datetime | None, reason: str) -> MeasureValue:
    """Not applicable: there is nothing to measure."""
    return MeasureValue(measure.id, region.name, None, Outcome.NOT_APPLICABLE, taken_at, reason)
