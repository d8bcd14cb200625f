"""What changed, as far as a room needs to know."""

from __future__ import annotations

from enum import Enum, auto


class Topic(Enum):
    WORKSHOP = auto()
    CHECKLIST = auto()
    MEASURES = auto()
    SOURCES = auto()
    INCIDENTS = auto()
    ALERTS = auto()
    RETROSPECTIVE = auto()
    DECISIONS = auto()
    CHANGES = auto()
    """What was changed on the platform."""
    RECORDS = auto()
    """Registrations, invites, sent messages and expected loads."""


ALL_TOPICS = frozenset(Topic)
