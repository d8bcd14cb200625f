"""People have registered, and their number is known.

What: registrations were imported or entered for this workshop.
Why: registrations are the best estimate of concurrent users, and the capacity lines count with them.
Fix: import the form's export with `workshop-tui workshops import-people`; the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.registration import RegistrationStatus
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    workshop, records = facts.workshop, facts.records
    if workshop is None or records is None:
        return
    registered = records.count(RegistrationStatus.REGISTERED)
    evidence = (
        *((status.value, str(count)) for status, count in records.people),
        ("expected", str(workshop.expected_people)),
        ("last change", f"{records.people_changed_at:%Y-%m-%d %H:%M} UTC" if records.people_changed_at else "never"),
    )
    remedy = Remedy("Import who registered.", f"workshop-tui workshops import-people {workshop.id} EXPORT.csv")
    if not registered:
        yield Finding("registrations", Outcome.NOT_APPLICABLE, "nobody is registered yet", None, evidence, remedy)
        return
    message = f"{registered} registered"
    if registered > workshop.expected_people:
        message += f", {workshop.expected_people} are planned for"
        advice = Remedy("Set the workshop's expected people to it: the capacity lines count with that number.")
        yield Finding("registrations", Outcome.WARN, message, None, evidence, advice)
        return
    yield Finding("registrations", Outcome.PASS, message, None, evidence)


CHECK = Check(
    id="people-registered",
    title="People have registered, not more than are planned for",
    needs=(),
    judge=judge,
    recorded=True,
)
