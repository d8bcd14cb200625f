"""`workshop-tui workshops import-people`, `people`, `add-person` and `forget-person`"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.columns import padded
from workshop_tui.cli.opening import clock_of, person_of
from workshop_tui.cli.options import store_options
from workshop_tui.cli.say import say, say_json
from workshop_tui.cli.workshop_store import find_workshop, with_store
from workshop_tui.errors import UserError
from workshop_tui.model.registration import ImportReport, ParsedPeople, Registration, RegistrationStatus
from workshop_tui.registrations.forms import header_of, parse_people, person_by_hand

if TYPE_CHECKING:
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store

_MOST_REJECTED_SHOWN = 20


@click.command("import-people")
@store_options
@click.argument("workshop")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column holds: email, github, name, first-name, last-name, id, status, void, buyer, registered-at, "
    "attended, answer or ignored. Remembered for this form.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def import_people(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    workshop: str,
    file: str,
    mapping: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Import who registered for WORKSHOP from FILE, a form's CSV export. The same file again changes nothing."""
    path = Path(file)
    said = dict(_mapped(text) for text in mapping)

    async def read(store: Store, settings: Settings | None) -> tuple[ParsedPeople, ImportReport]:
        found = await find_workshop(store, workshop)
        content = await asyncio.to_thread(_content, path)
        _, form = await asyncio.to_thread(header_of, content, str(path), said)
        columns = {**await store.registrations.mapping(form), **said}
        parsed = await asyncio.to_thread(parse_people, content, str(path), found.timezone, columns)
        by = person_of(settings)
        if said:
            await store.registrations.remember_mapping(form, columns, by)
        report = await store.registrations.save(
            found.id, parsed.people, by, origin=path.name, rejected_count=len(parsed.rejected)
        )
        return parsed, report

    parsed, report = with_store(context, config_path, database_path, read)
    if as_json:
        say_json(_import_document(parsed, report))
        return
    say(
        f"{report.added_count} added, {report.changed_count} changed, {report.unchanged_count} unchanged, "
        f"{len(parsed.rejected)} rejected; {parsed.repeated_count} rows repeated a person"
    )
    for note in parsed.notes:
        say(f"Note: {note}", err=True)
    say("Columns: " + ", ".join(f"{title} is {field}" for title, field in parsed.columns))
    for row in parsed.rejected[:_MOST_REJECTED_SHOWN]:
        say(f"  line {row.line}: {row.reason}", err=True)
    if len(parsed.rejected) > _MOST_REJECTED_SHOWN:
        say(f"  and {len(parsed.rejected) - _MOST_REJECTED_SHOWN} more; all with --json", err=True)


def _mapped(text: str) -> tuple[str, str]:
    column, sign, field = text.rpartition("=")
    if not sign or not column.strip():
        raise UserError(f'--map "{text}": expected COLUMN=FIELD, e.g. --map "Your address=email"')
    return column.strip(), field


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None


def _import_document(parsed: ParsedPeople, report: ImportReport) -> dict[str, object]:
    return {
        "format": 2,
        "added": report.added_count,
        "changed": report.changed_count,
        "unchanged": report.unchanged_count,
        "repeated": parsed.repeated_count,
        "columns": dict(parsed.columns),
        "notes": list(parsed.notes),
        "rejected": [{"line": row.line, "reason": row.reason} for row in parsed.rejected],
    }


@click.command("people")
@store_options
@click.argument("workshop")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, with answers.")
@click.pass_context
def list_people(
    context: click.Context, config_path: str | None, database_path: str | None, workshop: str, *, as_json: bool
) -> None:
    """List who registered for WORKSHOP."""

    async def read(store: Store, settings: Settings | None) -> tuple[Workshop, tuple[Registration, ...]]:
        found = await find_workshop(store, workshop)
        return found, await store.registrations.all(found.id)

    found, people = with_store(context, config_path, database_path, read)
    if as_json:
        document = {"format": 1, "workshop": found.id, "people": [_person_document(person) for person in people]}
        say_json(document)
        return
    for person in people:
        login = f"@{person.github}" if person.github else ""
        came = {True: "came", False: "did not come", None: ""}[person.attended]
        cells = ((person.status, 10), (person.shown_name, 28), (person.email, 32), (login, 24), (came, 0))
        say("  ".join(padded(text, width) for text, width in cells).rstrip())
    counts = {status: sum(person.status is status for person in people) for status in RegistrationStatus}
    say(", ".join(f"{count} {status}" for status, count in counts.items()))


def _person_document(person: Registration) -> dict[str, object]:
    return {
        "name": person.name,
        "email": person.email,
        "github": person.github,
        "status": person.status.value,
        "registered_at": person.registered_at.isoformat() if person.registered_at else None,
        "attended": person.attended,
        "answers": [{"question": question, "answer": answer} for question, answer in person.answers],
    }


@click.command("add-person")
@store_options
@click.argument("workshop")
@click.option("--name", default="", metavar="NAME")
@click.option("--email", default="", metavar="ADDRESS")
@click.option("--github", default="", metavar="LOGIN")
@click.pass_context
def add_person(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    workshop: str,
    name: str,
    email: str,
    github: str,
) -> None:
    """Register one person for WORKSHOP by hand; an address or a GitHub login is needed."""

    async def add(store: Store, settings: Settings | None) -> ImportReport:
        found = await find_workshop(store, workshop)
        person = person_by_hand(name, email, github, clock_of(settings).now())
        return await store.registrations.save(found.id, [person], person_of(settings), origin="by hand")

    report = with_store(context, config_path, database_path, add)
    say("Added." if report.added_count else "There already: changed." if report.changed_count else "No change.")


@click.command("forget-person")
@store_options
@click.argument("identity", metavar="ADDRESS|LOGIN")
@click.pass_context
def forget_person(context: click.Context, config_path: str | None, database_path: str | None, identity: str) -> None:
    """Delete all that is kept of a person, in every workshop."""

    async def forget(store: Store, settings: Settings | None) -> int:
        return await store.registrations.forget(identity, person_of(settings))

    count = with_store(context, config_path, database_path, forget)
    if count == 0:
        raise UserError(f'nobody is registered as "{identity}": give the address or the GitHub login')
    say(f"Deleted {count} registration{'s' if count > 1 else ''}. Delete the person in the form too, ", nl=False)
    say("or the next import brings them back.")
