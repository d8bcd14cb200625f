"""From which value on a measure is bad, by the part of the workshop that is on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from workshop_tui.model.facts import Facts
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.live import Live

BEFORE = "before"
"""Stands where a cue's id would, before the workshop starts."""


@dataclass(frozen=True, slots=True)
class Step:
    """In the measure's unit; None: never."""

    warn: float | None = None
    fail: float | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    step: Step
    origin: str
    """Where the defaults come from."""
    by_cue: Mapping[str, Step] = field(default_factory=dict)
    """Id of a cue, or `before`, to what holds there instead."""
    below: bool = False
    """Bad under the step instead of from it on."""


def moment_of(facts: Facts) -> str:
    """The cue that is on, `before` until the workshop starts, else empty."""
    if facts.cue:
        return facts.cue
    workshop = facts.workshop
    return BEFORE if workshop is not None and facts.now < workshop.starts_at else ""


def step_of(measure_id: str, limit: Limit, live: Live, moment: str) -> Step:
    """The settings' of this moment, then the settings' of any, then the measure's own in the same order."""
    told = {one.cue: Step(one.warn, one.fail) for one in live.limit if one.measure == measure_id}
    if moment in told:
        return told[moment]
    if "" in told:
        return told[""]
    return limit.by_cue.get(moment, limit.step)


def is_harder(median: Step, p95: Step) -> bool:
    """Whether a median can be judged worse than the p95 of the same values, which is never below it."""
    pairs = ((median.warn, (p95.warn, p95.fail)), (median.fail, (p95.fail,)))
    return any(bound is not None and all(other is None or bound < other for other in others) for bound, others in pairs)


def outcome_of(value: float, step: Step, *, below: bool = False) -> Outcome:
    """What is no number is unknown."""
    if math.isnan(value):
        return Outcome.UNKNOWN
    for bound, outcome in ((step.fail, Outcome.FAIL), (step.warn, Outcome.WARN)):
        if bound is not None and (value < bound if below else value >= bound):
            return outcome
    return Outcome.PASS
