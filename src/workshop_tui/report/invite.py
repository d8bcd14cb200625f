"""The calendar invite: one event in one file, to hand around by link, chat or mail (RFC 5545 and 5546)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from workshop_tui.model.workshop import Workshop
from workshop_tui.printable import own_words
from workshop_tui.redaction import mask
from workshop_tui.settings.settings import Links

_DOMAIN = "workshop-tui.invalid"


def invite_uid(workshop: Workshop) -> str:
    """The same for each invite of a workshop, so that calendars update the event that they have."""
    return f"workshop-{workshop.id}-{workshop.created_at.astimezone(UTC):%Y%m%dT%H%M%S%f}@{_DOMAIN}"


def invite_digest(workshop: Workshop, description: str = "", location: str = "", organizer: str = "") -> str:
    """Differs when what people see in their calendar differs."""
    said = [
        workshop.title,
        workshop.starts_at.astimezone(UTC).isoformat(),
        str(workshop.duration),
        description,
        location,
    ]
    return hashlib.sha256("\0".join([*said, organizer] if organizer else said).encode()).hexdigest()


def invite_words(links: Links) -> tuple[str, str]:
    """(description, location) of what the settings name; the way in is in both, since calendars show either."""
    lines = [
        f"{name}: {value}"
        for name, value in (
            ("Join", links.join),
            ("Registration", links.registration),
            ("Materials", links.materials),
            ("Questions", links.contact),
        )
        if value
    ]
    return "\n".join([*lines, "Bring: a laptop with a browser, and your GitHub account"]), str(links.join or "")


def invite(
    workshop: Workshop,
    *,
    sequence: int,
    written_at: datetime,
    description: str = "",
    location: str = "",
    organizer: str = "",
) -> bytes:
    """An iCalendar file. `sequence` counts up from 0 with each change of what it says.

    Times are UTC, so each calendar shows its own local time, whatever the clocks do in between. With an organizer it is
    a REQUEST, which calendars take for an update of the event that they have; without one it is only PUBLISHed, and
    some add a second event. No participant is listed, so that passing the file on tells no addresses; the organizer
    attends as its chair, since a REQUEST has at least one attendee. Secrets are masked.
    """
    event = Event()
    event.add("uid", invite_uid(workshop))
    event.add("sequence", sequence)
    event.add("dtstamp", _whole_second(written_at))
    event.add("dtstart", _whole_second(workshop.starts_at))
    event.add("dtend", _whole_second(workshop.ends_at))
    event.add("summary", _words(workshop.title))
    if description:
        event.add("description", _words(description))
    if location:
        event.add("location", _words(location))
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    if organizer:
        event.add("organizer", _mail_to(organizer))
        chair = _mail_to(organizer)
        chair.params["ROLE"], chair.params["PARTSTAT"] = "CHAIR", "ACCEPTED"
        event.add("attendee", chair)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _words(workshop.title))
    alarm.add("trigger", timedelta(minutes=-15))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//workshop-tui//workshop//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "REQUEST" if organizer else "PUBLISH")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _mail_to(address: str) -> vCalAddress:
    return vCalAddress(f"mailto:{address}")


def _whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _words(text: str) -> str:
    """Without control signs, which RFC 5545 forbids; lines end as it wants them."""
    return mask(own_words(text))
