"""What was done for a workshop's scheduling and communication, as the store keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.registration import ExpectedAttendance, RegistrationStatus
from workshop_tui.model.sign_in import Participant
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.model.workshop import Workshop


@dataclass(frozen=True, slots=True)
class WrittenInvite:
    sequence: int
    """Counts up from 0 with each change of what it says."""
    digest: str
    """Of what it says."""
    starts_at: datetime
    ends_at: datetime
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A person says that they sent it; nothing is sent by itself."""

    name: str
    """e.g. `agenda`."""
    text: str
    """As it was sent."""
    starts_at: datetime
    """When the workshop was to start as the message was sent."""
    sent_by: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class KeptLoad:
    """The attendance expected at one moment, kept for the comparison afterwards."""

    attendance: ExpectedAttendance
    kept_by: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Records:
    """All of it for one workshop; of people nothing but names and what finds their accounts, and no answers."""

    people: tuple[tuple[RegistrationStatus, int], ...] = ()
    """How many there are of each status."""
    people_changed_at: datetime | None = None
    """None while there is nobody."""
    invite: WrittenInvite | None = None
    sent: tuple[SentMessage, ...] = ()
    """Newest last."""
    load: KeptLoad | None = None
    smoke: tuple[SmokeRun, ...] = ()
    """The newest of each region."""
    others: tuple[Workshop, ...] = ()
    """The other workshops that are planned."""
    participants: tuple[Participant, ...] = ()
    """Those who are registered, by name."""
    attended_count: int | None = None
    """None while nobody said of anybody whether they came."""

    def count(self, status: RegistrationStatus) -> int:
        return dict(self.people).get(status, 0)

    def last_sent(self, name: str) -> SentMessage | None:
        return next((message for message in reversed(self.sent) if message.name == name), None)
