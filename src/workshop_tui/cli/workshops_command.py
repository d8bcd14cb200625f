"""`workshop-tui workshops`"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.message_command import message
from workshop_tui.cli.opening import clock_of, person_of
from workshop_tui.cli.options import store_options
from workshop_tui.cli.people_commands import add_person, forget_person, import_people, list_people
from workshop_tui.cli.planning_commands import expect, slots, write_invite
from workshop_tui.cli.say import say, say_json
from workshop_tui.cli.workshop_store import find_workshop, with_store
from workshop_tui.model.local_time import parse_local
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.duration import clock_pair, local_time, until

if TYPE_CHECKING:
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store


@click.group("workshops")
def command() -> None:
    """Create, list and show workshops; plan them, and tell people of them."""


for subcommand in (slots, write_invite, expect, import_people, list_people, add_person, forget_person, message):
    command.add_command(subcommand)


@command.command("new")
@store_options
@click.argument("title")
@click.option("--start", required=True, metavar="TIME", help='e.g. "2026-12-03 16:00"')
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="e.g. Europe/London")
@click.option("--minutes", default=75, show_default=True, type=click.IntRange(5, 1440))
@click.option("--people", default=15, show_default=True, type=click.IntRange(1, 100_000), help="How many are expected.")
@click.pass_context
def new(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    title: str,
    start: str,
    timezone: str,
    minutes: int,
    people: int,
) -> None:
    """Create a workshop."""
    starts_at = parse_local(start, timezone)

    async def create(store: Store, settings: Settings | None) -> Workshop:
        return await store.workshops.create(
            title, starts_at, timedelta(minutes=minutes), people, timezone, person_of(settings)
        )

    workshop = with_store(context, config_path, database_path, create)
    say(f"Workshop {workshop.id}: {workshop.title}, {clock_pair(workshop.starts_at, timezone)}")
    now = clock_of(None).now()
    if workshop.starts_at < now:
        say(f"Note: this is in the past ({until(workshop.starts_at, now)}).", err=True)


@command.command("list")
@store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def list_workshops(
    context: click.Context, config_path: str | None, database_path: str | None, *, as_json: bool
) -> None:
    """List all workshops, newest first."""

    async def read(store: Store, settings: Settings | None) -> tuple[Workshop, ...]:
        return await store.workshops.all()

    workshops = sorted(
        with_store(context, config_path, database_path, read), key=lambda workshop: workshop.starts_at, reverse=True
    )
    if as_json:
        say_json({"format": 1, "workshops": [workshop_document(w) for w in workshops]})
        return
    for workshop in workshops:
        when = local_time(workshop.starts_at, workshop.timezone, "%Y-%m-%d %H:%M %Z")
        say(f"{workshop.id:>4}  {when}  {workshop.expected_people:>4} people  {workshop.title}")
    if not workshops:
        say("No workshop yet: workshop-tui workshops new TITLE --start TIME")


@command.command("show")
@store_options
@click.argument("workshop")
@click.pass_context
def show(context: click.Context, config_path: str | None, database_path: str | None, workshop: str) -> None:
    """Show one workshop as JSON."""

    async def read(store: Store, settings: Settings | None) -> Workshop:
        return await find_workshop(store, workshop)

    say_json(workshop_document(with_store(context, config_path, database_path, read)))


def workshop_document(workshop: Workshop) -> dict[str, object]:
    return {
        "id": workshop.id,
        "title": workshop.title,
        "starts_at": workshop.starts_at.isoformat(),
        "ends_at": workshop.ends_at.isoformat(),
        "timezone": workshop.timezone,
        "expected_people": workshop.expected_people,
    }
