"""People who registered, and how many of them are expected to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RegistrationStatus(StrEnum):
    REGISTERED = "registered"
    WAITING = "waiting"
    """Invited, pending or on the waiting list: not counted."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Registration:
    """One person at one workshop."""

    key: str
    """`email:…`, else `github:…`, else `id:…` of the form: the same person in every file of the workshop."""
    name: str = ""
    email: str = ""
    """Lower case."""
    github: str = ""
    """The login, lower case."""
    status: RegistrationStatus = RegistrationStatus.REGISTERED
    registered_at: datetime | None = None
    """None where the form does not say, or not unmistakably."""
    attended: bool | None = None
    """None where nobody said."""
    answers: tuple[tuple[str, str], ...] = ()
    """(question, answer) in the form's order; empty answers are left out."""

    @property
    def shown_name(self) -> str:
        """The name, else what stands before the address's @, else the login, else the form's own number."""
        return self.name or self.email.partition("@")[0] or self.github or self.key.removeprefix("id:")


@dataclass(frozen=True, slots=True)
class RejectedRow:
    line: int
    """In the file, from 1; where the row begins."""
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedPeople:
    """What a file holds."""

    people: tuple[Registration, ...]
    rejected: tuple[RejectedRow, ...]
    repeated_count: int
    """Rows that were about a person whom a later row is about too."""
    columns: tuple[tuple[str, str], ...]
    """(column title, field) as recognised or mapped."""
    notes: tuple[str, ...] = ()
    """What was guessed or passed over, each as a line for the person who imports."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    added_count: int
    changed_count: int
    unchanged_count: int


@dataclass(frozen=True, slots=True)
class ShowUp:
    """An earlier workshop's registrations against those who came."""

    workshop_id: int
    registered_count: int
    attended_count: int


@dataclass(frozen=True, slots=True)
class ExpectedAttendance:
    registered_count: int
    lowest: int
    likely: int
    highest: int
    basis: str
    """In words: which earlier workshops, or that there is none."""
