"""What changed, as far as a room needs to know."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    WORKSHOP = "workshop"
    CHECKLIST = "checklist"
    MEASURES = "measures"
    SOURCES = "sources"
    INCIDENTS = "incidents"
    ALERTS = "alerts"
    RETROSPECTIVE = "retrospective"
    DECISIONS = "decisions"
    CHANGES = "changes"
    """What was changed on the platform."""
    RECORDS = "records"
    """Registrations, invites, sent messages and expected loads."""


ALL_TOPICS = frozenset(Topic)
