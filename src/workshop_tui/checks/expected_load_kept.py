"""The expected load is kept for the comparison afterwards.

What: the expected attendance was kept, and counts as many registrations as there are now.
Why: without it the retrospective cannot say whether the plan or the platform was wrong.
Fix: keep it with `workshop-tui workshops expect --keep`, again when registrations change.
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
    remedy = Remedy("Keep the expected attendance.", f"workshop-tui workshops expect {workshop.id} --keep")
    if records.load is None:
        yield Finding("expected load", Outcome.NOT_APPLICABLE, "not kept yet", None, (), remedy)
        return
    attendance = records.load.attendance
    evidence = (
        ("likely", f"{attendance.likely} ({attendance.lowest} to {attendance.highest})"),
        ("registered then", str(attendance.registered_count)),
        ("basis", attendance.basis),
        ("kept", f"{records.load.kept_at:%Y-%m-%d %H:%M} UTC by {records.load.kept_by}"),
    )
    registered = records.count(RegistrationStatus.REGISTERED)
    if registered != attendance.registered_count and facts.now < workshop.starts_at:
        message = f"kept for {attendance.registered_count} registrations, now there are {registered}"
        yield Finding("expected load", Outcome.WARN, message, None, evidence, remedy)
        return
    message = f"{attendance.likely} expected ({attendance.lowest} to {attendance.highest})"
    yield Finding("expected load", Outcome.PASS, message, None, evidence)


CHECK = Check(
    id="expected-load-kept",
    title="The expected load is kept for the comparison afterwards",
    needs=(),
    judge=judge,
    recorded=True,
)
