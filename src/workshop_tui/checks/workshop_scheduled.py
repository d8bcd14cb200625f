"""The workshop has a date and a length that the guide wants.

What: a workshop is entered with its start, 60 to 90 minutes long.
Why: every other line counts back from the start; shorter ones end before the exercise, longer ones lose people.
Fix: enter it with `workshop-tui workshops new`, or change its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings

_SHORTEST, _LONGEST = timedelta(minutes=60), timedelta(minutes=90)


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    workshop = facts.workshop
    if workshop is None:
        return
    minutes = workshop.duration // timedelta(minutes=1)
    start = f"{workshop.starts_at:%Y-%m-%d %H:%M} UTC"
    evidence = (("start", start), ("minutes", str(minutes)), ("zone", workshop.timezone))
    if not _SHORTEST <= workshop.duration <= _LONGEST:
        message = f"{minutes} minutes long, the guide wants 60 to 90"
        yield Finding(workshop.title, Outcome.WARN, message, None, evidence, Remedy("Change the workshop's length."))
        return
    yield Finding(workshop.title, Outcome.PASS, f"{start}, {minutes} minutes", None, evidence)


CHECK = Check(
    id="workshop-scheduled",
    title="The workshop has a date and a length of 60 to 90 minutes",
    needs=(),
    judge=judge,
    recorded=True,
)
