"""Nothing that is scheduled disturbs the workshop.

What: Looks from an hour before the workshop to an hour after it for rotations and expiries of the gateway's key,
expiring certificates and provider credentials, CronJobs whose names the settings list, nodes that Karpenter will expire
or may consolidate (unless a disruption budget forbids it), autostop of running workspaces, and other workshops. Fails
inside the window (from 15 minutes before the start), warns within 30 minutes of it, and where only a period is known.

Why: On 30 September 2024 the key's rotation fell into the session and restarted every workspace.

Fix: Pause or move what falls inside, or move the workshop; `workshop-tui hazards` draws the window.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.window_hazards import HAZARD_SOURCES, find_hazards
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.hazard import Hazard, opens_at, outcome_of
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    workshop = facts.workshop
    if workshop is None:
        yield Finding("workshop", Outcome.NOT_APPLICABLE, "no workshop is chosen, so there is no window")
        return
    found = find_hazards(facts, settings)
    for hazard in found:
        evidence = [("known from", hazard.told_by)]
        if hazard.at is not None:
            evidence.insert(0, ("at", f"{hazard.at:%Y-%m-%d %H:%M} UTC"))
        if hazard.every is not None:
            evidence.append(("every", short(hazard.every)))
        outcome, message = outcome_of(hazard, workshop), where(hazard, workshop)
        yield Finding(hazard.what, outcome, message, hazard.region, tuple(evidence), hazard.remedy)
    if not found:
        window = f"{opens_at(workshop):%H:%M} to {workshop.ends_at:%H:%M} UTC"
        yield Finding("window", Outcome.PASS, f"nothing is known to fall between {window}")


def where(hazard: Hazard, workshop: Workshop) -> str:
    """How it lies to the window, in a few words."""
    if hazard.unknown:
        return hazard.unknown
    if hazard.any_time:
        return hazard.any_time
    if hazard.at is None:
        return f"{hazard.chance or 0:.0%} chance of falling into the workshop: only its period is known"
    at, opens, closes = f"{hazard.at:%H:%M} UTC", opens_at(workshop), workshop.ends_at
    if hazard.at < opens:
        return f"{at}, {short(opens - hazard.at)} before people come in"
    if hazard.at > closes:
        return f"{at}, {short(hazard.at - closes)} after the end"
    return f"{at}, inside the workshop"


CHECK = Check(
    id="window-is-quiet",
    title="Nothing disturbs the workshop's window",
    needs=(),
    helps=HAZARD_SOURCES,
    judge=judge,
)
