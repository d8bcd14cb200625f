"""Read back by `ical`, which shares no code with the library that writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from workshop_tui.model.workshop import Workshop
from workshop_tui.printable import own_words
from workshop_tui.redaction import mask
from workshop_tui.report.invite import invite, invite_digest, invite_uid

WRITTEN = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
WORKSHOP = Workshop(
    7,
    "Agentic workshop, part 2; hands-on",
    datetime(2026, 12, 2, 16, tzinfo=UTC),
    timedelta(minutes=75),
    20,
    "Europe/London",
    datetime(2026, 11, 1, tzinfo=UTC),
)


def calendar_of(text: bytes) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(text.decode())


def event_of(text: bytes) -> Event:
    (event,) = calendar_of(text).events
    return event


def test_another_program_reads_what_was_meant() -> None:
    description = "Agenda: https://example.org/agenda\nBring: laptop, GitHub account; a \\ sign"
    written = invite(WORKSHOP, sequence=3, written_at=WRITTEN, description=description, location="https://meet.example")
    event = event_of(written)
    assert event.summary == "Agentic workshop, part 2; hands-on"
    assert (event.start, event.end) == (WORKSHOP.starts_at, WORKSHOP.ends_at)
    assert event.description == description
    assert event.location == "https://meet.example"
    assert (event.sequence, event.status) == (3, "CONFIRMED")
    assert event.dtstamp == WRITTEN.replace(microsecond=0)
    assert not event.attendees
    calendar = calendar_of(written)
    assert (calendar.version, calendar.method, calendar.calscale) == ("2.0", "PUBLISH", "GREGORIAN")
    assert event.alarm[0].trigger == timedelta(minutes=-15)


def test_a_postponed_workshop_keeps_its_uid_and_says_that_it_changed() -> None:
    later = replace(WORKSHOP, starts_at=WORKSHOP.starts_at + timedelta(days=1), title="Later", revision=1)
    first = event_of(invite(WORKSHOP, sequence=0, written_at=WRITTEN))
    second = event_of(invite(later, sequence=1, written_at=WRITTEN))
    assert first.uid == second.uid == invite_uid(later)
    assert invite_digest(WORKSHOP) != invite_digest(later)


def test_two_workshops_and_two_teams_never_share_a_uid() -> None:
    others = [replace(WORKSHOP, id=8), replace(WORKSHOP, created_at=WORKSHOP.created_at + timedelta(seconds=1))]
    assert len({invite_uid(workshop) for workshop in (WORKSHOP, *others)}) == 3


@pytest.mark.parametrize(
    ("day", "utc_hour"), [("2026-03-28", 16), ("2026-03-29", 15), ("2026-10-24", 15), ("2026-10-25", 16)]
)
def test_four_in_the_afternoon_in_london_stays_so_over_the_clock_change(day: str, utc_hour: int) -> None:
    starts_at = datetime.fromisoformat(f"{day}T16:00").replace(tzinfo=ZoneInfo("Europe/London"))
    event = event_of(invite(replace(WORKSHOP, starts_at=starts_at), sequence=0, written_at=WRITTEN))
    assert event.start.astimezone(UTC).hour == utc_hour
    assert event.start.astimezone(ZoneInfo("Europe/London")).hour == 16


def test_a_session_over_the_clock_change_keeps_its_length() -> None:
    starts_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    event = event_of(invite(replace(WORKSHOP, starts_at=starts_at), sequence=0, written_at=WRITTEN))
    assert event.end - event.start == timedelta(minutes=75)


def test_a_secret_does_not_leave_with_the_invite() -> None:
    text = invite(WORKSHOP, sequence=0, written_at=WRITTEN, description="key sk-abcdefghijkl1234")
    assert b"sk-abc" not in text


@given(
    some.text(some.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=300),
    some.text(some.characters(exclude_categories=("Cs", "Zl", "Zp")), max_size=400),
)
def test_any_words_make_lines_of_at_most_75_octets_that_read_back(title: str, description: str) -> None:
    text = invite(replace(WORKSHOP, title=title), sequence=0, written_at=WRITTEN, description=description)
    lines = text.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()
    assert text.count(b"\r\nUID:") == text.count(b"BEGIN:VEVENT") == 1
    read = event_of(text)
    assert (read.start, read.end) == (WORKSHOP.starts_at, WORKSHOP.ends_at)
    assert read.summary == mask(own_words(title))


def test_signs_that_the_format_forbids_are_left_out() -> None:
    event = event_of(invite(replace(WORKSHOP, title="a\x00b\x1b[31mc"), sequence=0, written_at=WRITTEN))
    assert event.summary == "ab[31mc"


def test_with_an_organizer_it_is_a_request_which_calendars_take_for_an_update() -> None:
    written = invite(WORKSHOP, sequence=1, written_at=WRITTEN, organizer="team@example.org")
    calendar, event = calendar_of(written), event_of(written)
    assert calendar.method == "REQUEST"
    assert str(event.organizer.uri) == "mailto:team@example.org"
    assert [str(attendee.uri) for attendee in event.attendees] == ["mailto:team@example.org"]
    assert (event.uid, event.sequence) == (invite_uid(WORKSHOP), 1)


def test_an_organizer_that_is_new_makes_an_update_and_none_leaves_earlier_invites_as_they_are() -> None:
    assert invite_digest(WORKSHOP) == invite_digest(WORKSHOP, "", "", "")
    assert invite_digest(WORKSHOP) != invite_digest(WORKSHOP, "", "", "team@example.org")
