"""What is scheduled or likely to disturb a workshop, and how near it comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_tui.model.finding import Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop

ONBOARDING = timedelta(minutes=15)
"""People come in this long before the start: what disturbs them then counts as inside."""
NEAR = timedelta(minutes=30)
SHOWN = timedelta(hours=1)
"""How far before the start and after the end hazards are looked for."""


@dataclass(frozen=True, slots=True)
class Hazard:
    what: str
    at: datetime | None
    """When it happens; None where only a period is known."""
    told_by: str
    """Where it is known from, e.g. `key information`."""
    region: str | None = None
    lasting: bool = False
    """What it breaks stays broken: an expiry before the window is as bad as one inside."""
    gentle: bool = False
    """It disturbs a few: never worse than a warning."""
    every: timedelta | None = None
    chance: float | None = None
    """0 to 1, of falling into the window, where `at` is not known."""
    any_time: str = ""
    """Why it may come at any time; empty where a time or a period is known."""
    unknown: str = ""
    """Why nothing can be said of it."""
    remedy: Remedy | None = None


def opens_at(workshop: Workshop) -> datetime:
    return workshop.starts_at - ONBOARDING


def outcome_of(hazard: Hazard, workshop: Workshop) -> Outcome:
    """`fail` inside, `warn` near or by chance, `pass` farther away."""
    if hazard.unknown:
        return Outcome.UNKNOWN
    inside = Outcome.WARN if hazard.gentle else Outcome.FAIL
    if hazard.at is None:
        return inside if (hazard.chance or 0) >= 1 else Outcome.WARN
    opens, closes = opens_at(workshop), workshop.ends_at
    if hazard.at <= closes and (hazard.lasting or hazard.at >= opens):
        return inside
    near = opens - NEAR <= hazard.at <= closes + NEAR
    return Outcome.WARN if near else Outcome.PASS


def next_in(last: datetime, every: timedelta, moment: datetime) -> datetime:
    """The first of `last`, `last + every`, ... that is not before `moment`."""
    if last >= moment:
        return last
    return last + every * -((last - moment) // every)
