"""Registrations from a form's export, or by hand: what is kept of each person, and which rows are refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from workshop_tui.errors import UserError
from workshop_tui.model.registration import ParsedPeople, Registration, RegistrationStatus, RejectedRow
from workshop_tui.printable import printable
from workshop_tui.registrations.columns import (
    EMAIL_ADDRESS,
    Field,
    column_hint,
    has_columns,
    header_hash,
    recognise,
    tells_people,
)
from workshop_tui.registrations.dates import form_times
from workshop_tui.registrations.delimited import DelimitedRow, DelimitedText, read_delimited
from workshop_tui.registrations.statuses import attended, came, is_void, registration_status

_LOGIN = re.compile(r"(?=.{1,39}$)(?=-*[a-z0-9])[a-z0-9-]+(?:_[a-z0-9]+)?")
"""Managed accounts end in `_` and a company's short code; old ones may begin or end with a hyphen, or have two."""
_ABSENT = {"", "-", "--", "n/a", "na", "none", "no", "x"}
_NAMELESS = {"anonymous", "anonym", "anonyme", "anónimo", "anonimo", "guest", "unknown", "n/a", "-"}
_MOST_PREAMBLE_ROWS = 50
_LONGEST_ANSWER = 2000


def parse_people(content: bytes, name: str, timezone: str, mapping: Mapping[str, str]) -> ParsedPeople:
    """`mapping`: column title -> field, before what is recognised. Times without a zone are of `timezone`.

    The last row about a person is taken: by its time where all tell it, else by its place. Raises `UserError` for a
    file that cannot be read as a whole; a row alone is rejected with its line and reason.
    """
    text = read_delimited(content, name)
    header, rows, notes = _table(text, mapping)
    fields = recognise(header, mapping, name, [row.cells for row in rows])
    times, guess = _times(header, rows, fields, timezone)
    if guess:
        notes.append(guess)
    people: dict[str, Registration] = {}
    rejected = []
    repeated_count = 0
    for row, registered_at in zip(rows, times, strict=True):
        person = _person(row, header, fields)
        if isinstance(person, str):
            rejected.append(RejectedRow(row.line, person))
            continue
        person = replace(person, registered_at=registered_at)
        before = people.get(person.key)
        repeated_count += before is not None
        if before is None or not _is_older(person, before):
            people[person.key] = person
    if rejected and not people:
        notes.append(f"no row tells who a person is; there are {column_hint(header)}")
    recognised = tuple(
        (title, field.value)
        for title, field in zip(header, fields, strict=True)
        if field not in (Field.ANSWER, Field.IGNORED)
    )
    return ParsedPeople(tuple(people.values()), tuple(rejected), repeated_count, recognised, tuple(notes))


def header_of(content: bytes, name: str, mapping: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """The column titles, and the hash that stands for this form. Raises `UserError`."""
    header, _, _ = _table(read_delimited(content, name), mapping)
    return header, header_hash(header)


def _table(
    text: DelimitedText, mapping: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[DelimitedRow, ...], list[str]]:
    """(titles, rows, notes): reports of meetings have lines about the meeting above the table of people."""
    notes = []
    if text.guessed_encoding:
        notes.append(
            f"not UTF-8: read as {text.guessed_encoding}, which is a guess: look at names with accents, "
            "or save the file as CSV in UTF-8"
        )

    def is_header(cells: Sequence[str]) -> bool:
        return has_columns(cells, mapping) if mapping else tells_people(cells)

    at = next((at for at, row in enumerate(text.rows[:_MOST_PREAMBLE_ROWS]) if is_header(row.cells)), 0)
    if at:
        notes.append(f"the table begins at line {text.rows[at].line}: what stands above it was passed over")
    return tuple(cell.strip() for cell in text.rows[at].cells), text.rows[at + 1 :], notes


def person_by_hand(name: str, email: str, github: str, registered_at: datetime) -> Registration:
    """Raises `UserError` unless the address or the login is one."""
    person = _identified(_line(name), email, github, "")
    if isinstance(person, str):
        raise UserError(person)
    return replace(person, registered_at=registered_at.astimezone(UTC))


def _times(
    header: Sequence[str], rows: Sequence[DelimitedRow], fields: Sequence[Field], timezone: str
) -> tuple[list[datetime | None], str]:
    if Field.REGISTERED_AT not in fields:
        return [None] * len(rows), ""
    at = fields.index(Field.REGISTERED_AT)
    zone = UTC if re.search(r"\bUTC\b", header[at]) else ZoneInfo(timezone)
    return form_times([row.cells[at] if at < len(row.cells) else "" for row in rows], zone)


def _is_older(person: Registration, than: Registration) -> bool:
    if person.registered_at is None or than.registered_at is None:
        return False
    return person.registered_at < than.registered_at


def _person(row: DelimitedRow, header: Sequence[str], fields: Sequence[Field]) -> Registration | str:
    """Why the row is rejected, where it is."""
    if len(row.cells) > len(header) and any(cell.strip() for cell in row.cells[len(header) :]):
        return f"{len(row.cells)} cells, but {len(header)} columns"
    cells = [*row.cells[: len(header)], *[""] * (len(header) - len(row.cells))]
    of_field = {field: cell.strip() for field, cell in zip(fields, cells, strict=True)}
    person = _identified(
        _full_name(of_field), of_field.get(Field.EMAIL, ""), of_field.get(Field.GITHUB, ""), of_field.get(Field.ID, "")
    )
    if isinstance(person, str):
        return person
    status = registration_status(of_field.get(Field.STATUS, ""))
    if status is None:
        return f'unknown status "{_line(of_field[Field.STATUS])[:40]}"'
    if is_void(of_field.get(Field.VOID, "")):
        status = RegistrationStatus.CANCELLED
    there = attended(of_field.get(Field.ATTENDED, ""))
    if there is None and came(of_field.get(Field.STATUS, "")):
        there = True
    return replace(
        person,
        status=status,
        attended=there,
        answers=tuple(
            (_line(title), _line(cell)[:_LONGEST_ANSWER])
            for title, field, cell in zip(header, fields, cells, strict=True)
            if field is Field.ANSWER and cell.strip()
        ),
    )


def _full_name(of_field: Mapping[Field, str]) -> str:
    parts = f"{of_field.get(Field.FIRST_NAME, '')} {of_field.get(Field.LAST_NAME, '')}"
    name = _line(of_field.get(Field.NAME, "")) or _line(parts)
    if name.casefold() in _NAMELESS:
        name = ""
    buyer = _line(of_field.get(Field.BUYER, ""))
    return name or (f"guest of {buyer}" if buyer and not of_field.get(Field.EMAIL) else "")


def _identified(name: str, email: str, github: str, form_id: str) -> Registration | str:
    email = email.strip().lower().removeprefix("mailto:")
    if email in _NAMELESS:
        email = ""
    if email and not EMAIL_ADDRESS.fullmatch(email):
        return f'not an e-mail address: "{_line(email)[:60]}"'
    login = github_login(github)
    if email:
        return Registration(f"email:{email}", name, email, login or "")
    if login:
        return Registration(f"github:{login}", name, "", login)
    if login is None:
        return f'no e-mail address, and not a GitHub login: "{_line(github)[:60]}"'
    if form_id.strip():
        return Registration(f"id:{_line(form_id)}", name)
    return "neither an e-mail address nor a GitHub login"


def github_login(text: str) -> str | None:
    """Lower case, from a login, `@login` or an address on github.com; empty for nothing; None for anything else."""
    text = text.strip().lower()
    if text in _ABSENT:
        return ""
    address = re.match(r"(?:https?://)?(?:www\.)?github\.com/([^/?#]+)", text)
    text = (address.group(1) if address else text).removeprefix("@").rstrip("/")
    return text if _LOGIN.fullmatch(text) else None


def _line(text: str) -> str:
    """On one line, composed and printable: what a form holds must not steer a terminal, nor one name have two forms."""
    return " ".join(printable(unicodedata.normalize("NFC", text)).split())
