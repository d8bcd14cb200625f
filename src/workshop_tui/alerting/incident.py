"""Pure: what an incident says that is opened from an alert."""

from __future__ import annotations

from workshop_tui.model.alert import Alert
from workshop_tui.model.incident import Severity
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.people import people_words

SEVERAL_PEOPLE = 3
"""From how many on a failure degrades the workshop for "several users", which the runbook calls P1."""


def severity_of(alert: Alert) -> Severity:
    """P3 for a warning; a failure is P1 when it hits several people, else P2. P0 is for a person to say."""
    if alert.outcome is not Outcome.FAIL:
        return Severity.P3
    return Severity.P1 if len(alert.people) >= SEVERAL_PEOPLE else Severity.P2


def title_of(alert: Alert) -> str:
    """e.g. "london: Routes 71 %"."""
    where = f"{alert.key.region}: " if alert.key.region else ""
    number = alert.message.partition(" · ")[0]
    return f"{where}{alert.title} {number}".strip()


def first_note(alert: Alert) -> str:
    """When and what the alert said, and whom it hits."""
    said = f"Alert {alert.key} since {alert.raised_at:%H:%M:%S} UTC: {alert.message}"
    if alert.taken_at is not None:
        said += f" (data of {alert.taken_at:%H:%M:%S} UTC)"
    people = people_words(alert.people, alert.people_of)
    return f"{said}. It hits {people}." if people else f"{said}."
