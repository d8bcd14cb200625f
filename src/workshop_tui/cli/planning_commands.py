"""`workshop-tui workshops slots`, `invite` and `expect`"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import clock_of, person_of, settings_or_none
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say, say_json
from workshop_tui.cli.workshop_store import find_workshop, with_store, write_file
from workshop_tui.model.local_time import parse_local
from workshop_tui.model.record import WrittenInvite
from workshop_tui.model.registration import ExpectedAttendance, RegistrationStatus
from workshop_tui.model.slot import Slot
from workshop_tui.model.workshop import Workshop
from workshop_tui.planning.attendance import expected_attendance
from workshop_tui.planning.slots import propose, slot_at
from workshop_tui.settings.settings import Settings

if TYPE_CHECKING:
    from workshop_tui.store.store import Store


@click.command("slots")
@store_options
@click.option("--zone", "zones", multiple=True, metavar="ZONE", help="IANA name; default: the settings' zones.")
@click.option("--minutes", default=75, show_default=True, type=click.IntRange(5, 1440))
@click.option("--start", metavar="TIME", help="Judge this time, in the first zone, instead of proposing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def slots(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    zones: tuple[str, ...],
    minutes: int,
    start: str | None,
    *,
    as_json: bool,
) -> None:
    """Propose times in the first week of next month that suit every zone, best first."""
    settings = settings_or_none(given(context, config_path, database_path)[0])
    zones = zones or (settings or Settings()).participant_zones
    now, duration = clock_of(settings).now(), timedelta(minutes=minutes)
    if start is not None:
        found: tuple[Slot, ...] = (slot_at(parse_local(start, zones[0] if zones else "UTC"), duration, zones, now),)
    else:
        found = propose(now, duration, zones)
    if as_json:
        say_json({"format": 1, "slots": [_slot_document(slot) for slot in found]})
        return
    for slot in found:
        say(f"{slot.starts_at:%Y-%m-%d %H:%M} UTC  suits {slot.score:.0%}")
        for hours in slot.hours:
            shown = f"{hours.starts_at:%a %d %b %H:%M} to {hours.ends_at:%H:%M %Z}"
            say(f"    {shown:<32} {hours.timezone}{_remark(hours.comfort)}")
        for note in slot.notes:
            say(f"    Note: {note}")
    if not found:
        say("No time of that week suits every zone: try fewer with --zone, or judge one with --start")


def _remark(comfort: float) -> str:
    return "  (night)" if comfort == 0 else "  (outside office hours)" if comfort < 1 else ""


def _slot_document(slot: Slot) -> dict[str, object]:
    return {
        "starts_at": slot.starts_at.isoformat(),
        "minutes": slot.duration // timedelta(minutes=1),
        "score": round(slot.score, 3),
        "zones": [
            {
                "zone": hours.timezone,
                "starts_at": hours.starts_at.isoformat(),
                "ends_at": hours.ends_at.isoformat(),
                "comfort": round(hours.comfort, 3),
            }
            for hours in slot.hours
        ],
        "notes": list(slot.notes),
    }


@click.command("invite")
@store_options
@click.argument("workshop")
@click.option("-o", "--output", required=True, metavar="FILE.ics", type=click.Path(dir_okay=False))
@click.pass_context
def write_invite(
    context: click.Context, config_path: str | None, database_path: str | None, workshop: str, output: str
) -> None:
    """Write the calendar invite of WORKSHOP; written again it is an update, for which links.organizer is needed."""
    from workshop_tui.report.invite import invite, invite_digest, invite_words  # noqa: PLC0415  # loads icalendar

    async def write(store: Store, settings: Settings | None) -> tuple[Workshop, WrittenInvite, str]:
        found = await find_workshop(store, workshop)
        links = (settings or Settings()).links
        description, location = invite_words(links)
        digest = invite_digest(found, description, location, links.organizer)
        sequence = await store.invites.next_sequence(found.id, digest)
        now = clock_of(settings).now()
        content = invite(
            found,
            sequence=sequence,
            written_at=now,
            description=description,
            location=location,
            organizer=links.organizer,
        )
        write_file(Path(output), content)
        return found, await store.invites.written(found, sequence, digest, person_of(settings)), links.organizer

    found, written, organizer = with_store(context, config_path, database_path, write)
    said = "first" if written.sequence == 0 else f"update {written.sequence}"
    if output != "-":
        say(f"Wrote {output}: {found.title}, {found.starts_at:%Y-%m-%d %H:%M} UTC ({said})")
    if not organizer:
        say(
            "Note: no organizer: some calendars add a second event on an update instead of changing the first; "
            "name one with links.organizer in the settings",
            err=True,
        )


@click.command("expect")
@store_options
@click.argument("workshop")
@click.option("--keep", is_flag=True, help="Keep it, for the comparison after the workshop.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def expect(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    workshop: str,
    *,
    keep: bool,
    as_json: bool,
) -> None:
    """Say how many of WORKSHOP's registered people will come, as earlier workshops tell."""

    async def read(store: Store, settings: Settings | None) -> ExpectedAttendance:
        found = await find_workshop(store, workshop)
        people = await store.registrations.all(found.id)
        registered_count = sum(person.status is RegistrationStatus.REGISTERED for person in people)
        expected = expected_attendance(registered_count, await store.registrations.show_ups(found.starts_at))
        if keep:
            await store.expected_loads.keep(found.id, expected, person_of(settings))
        return expected

    expected = with_store(context, config_path, database_path, read)
    if as_json:
        say_json({"format": 1, "expected": asdict(expected)})
        return
    say(f"{expected.registered_count} registered, {expected.likely} likely to come")
    say(f"    from {expected.lowest} to {expected.highest}: {expected.basis}")
    if keep:
        say("    Kept for the comparison afterwards.")
