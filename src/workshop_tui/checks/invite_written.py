"""The calendar invite says what is planned now.

What: an invite was written, and it says the workshop's present start and end.
Why: calendars show what the last invite said; a workshop that was moved without a new one meets empty seats.
Fix: write it again and send it; calendars then update the event that they have.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    workshop, records = facts.workshop, facts.records
    if workshop is None or records is None:
        return
    remedy = Remedy(
        "Write the invite and send it.",
        f"workshop-tui workshops invite {workshop.id} -o workshop-{workshop.id}.ics",
    )
    invite = records.invite
    if invite is None:
        yield Finding("invite", Outcome.NOT_APPLICABLE, "not written yet", None, (), remedy)
        return
    evidence = (
        ("says", f"{invite.starts_at:%Y-%m-%d %H:%M} to {invite.ends_at:%H:%M} UTC"),
        ("planned", f"{workshop.starts_at:%Y-%m-%d %H:%M} to {workshop.ends_at:%H:%M} UTC"),
        ("written", f"{invite.written_at:%Y-%m-%d %H:%M} UTC by {invite.written_by}"),
        ("update", str(invite.sequence)),
    )
    if (invite.starts_at, invite.ends_at) != (workshop.starts_at, workshop.ends_at):
        message = f"the invite says {invite.starts_at:%Y-%m-%d %H:%M} to {invite.ends_at:%H:%M} UTC: workshop was moved"
        yield Finding("invite", Outcome.FAIL, message, None, evidence, remedy)
        return
    yield Finding("invite", Outcome.PASS, f"written by {invite.written_by}", None, evidence)


CHECK = Check(
    id="invite-written",
    title="The calendar invite says what is planned",
    needs=(),
    judge=judge,
    recorded=True,
)
