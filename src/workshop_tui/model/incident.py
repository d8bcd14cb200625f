"""Incidents of a workshop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Severity(StrEnum):
    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


@dataclass(frozen=True, slots=True)
class IncidentEntry:
    """One line of an incident's timeline."""

    at: datetime
    by: str
    text: str
    kind: str = "note"
    """`opened` `note` `severity` `resolved` `reopened`."""


@dataclass(frozen=True, slots=True)
class Incident:
    id: int
    workshop_id: int
    number: int
    """Counts from 1 in each workshop."""
    title: str
    severity: Severity
    opened_at: datetime
    opened_by: str
    resolved_at: datetime | None = None
    case_id: str = ""
    """The runbook case that it is worked by; empty when none."""
    entries: tuple[IncidentEntry, ...] = ()
    revision: int = 0

    @property
    def open(self) -> bool:
        return self.resolved_at is None

    @property
    def time_to_resolve(self) -> timedelta | None:
        return self.resolved_at - self.opened_at if self.resolved_at else None
