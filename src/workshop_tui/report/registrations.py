"""Registrations from a form's export, or by hand: what is kept of each person, and which rows are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from workshop_tui.errors import UserError
from workshop_tui.model.registration import ParsedPeople, Registration, RegistrationStatus, RejectedRow
from workshop_tui.report.delimited import DelimitedRow, read_delimited
from workshop_tui.report.form_times import form_times
from workshop_tui.report.people_columns import Field, header_hash, recognise

_EMAIL = re.compile(r"[^\s@<>(),;:\"\\\[\]=]+@[^\s@<>(),;:\"\\\[\]=]+\.[^\s@<>(),;:\"\\\[\]=.]{2,}")
_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){0,38}")
_ABSENT = {"", "-", "--", "n/a", "na", "none", "no", "x"}
_WAITING = {"pending approval", "pending", "waitlist", "waiting", "invited", "session", "unpaid", "maybe"}
_CANCELLED = {
    "declined", "not going", "cancelled", "canceled", "abandoned", "deleted", "refunded", "refunded canceled",
    "transferred", "rejected", "no",
}  # fmt: skip
_REGISTERED = {
    "", "approved", "going", "checked in", "completed", "manual", "offline", "attending", "registered", "confirmed",
    "partially refunded", "partially transferred", "yes", "free", "paid", "attended",
}  # fmt: skip
_LONGEST_ANSWER = 2000


def parse_people(content: bytes, name: str, timezone: str, mapping: Mapping[str, str]) -> ParsedPeople:
    """`mapping`: column title -> field, before what is recognised. Times without a zone are of `timezone`.

    The last row about a person is taken: by its time where all tell it, else by its place. Raises `UserError` for a
    file that cannot be read as a whole; a row alone is rejected with its line and reason.
    """
    header, rows = read_delimited(content, name)
    fields = recognise(header, mapping, name)
    times = _times(header, rows, fields, timezone)
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
    recognised = tuple(
        (title, field.value)
        for title, field in zip(header, fields, strict=True)
        if field not in (Field.ANSWER, Field.IGNORED)
    )
    return ParsedPeople(tuple(people.values()), tuple(rejected), repeated_count, recognised)


def header_of(content: bytes, name: str) -> tuple[tuple[str, ...], str]:
    """The column titles, and the hash that stands for this form. Raises `UserError`."""
    header, _ = read_delimited(content, name)
    return header, header_hash(header)


def person_by_hand(name: str, email: str, github: str, registered_at: datetime) -> Registration:
    """Raises `UserError` unless the address or the login is one."""
    person = _identified(_line(name), email, github, "")
    if isinstance(person, str):
        raise UserError(person)
    return replace(person, registered_at=registered_at.astimezone(UTC))


def _times(
    header: Sequence[str], rows: Sequence[DelimitedRow], fields: Sequence[Field], timezone: str
) -> list[datetime | None]:
    if Field.REGISTERED_AT not in fields:
        return [None] * len(rows)
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
    full_name = _line(of_field.get(Field.NAME, "")) or _line(
        f"{of_field.get(Field.FIRST_NAME, '')} {of_field.get(Field.LAST_NAME, '')}"
    )
    person = _identified(
        full_name, of_field.get(Field.EMAIL, ""), of_field.get(Field.GITHUB, ""), of_field.get(Field.ID, "")
    )
    if isinstance(person, str):
        return person
    status = _status(of_field.get(Field.STATUS, ""))
    if status is None:
        return f'unknown status "{_line(of_field[Field.STATUS])[:40]}"'
    return replace(
        person,
        status=status,
        attended=_attended(of_field[Field.ATTENDED]) if Field.ATTENDED in of_field else None,
        answers=tuple(
            (_line(title), _line(cell)[:_LONGEST_ANSWER])
            for title, field, cell in zip(header, fields, cells, strict=True)
            if field is Field.ANSWER and cell.strip()
        ),
    )


def _identified(name: str, email: str, github: str, form_id: str) -> Registration | str:
    email = email.strip().lower().removeprefix("mailto:")
    if email and not _EMAIL.fullmatch(email):
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
    """Lower case, from a login, `@login` or an address of the profile; empty for nothing; None for anything else."""
    text = text.strip().lower()
    if text in _ABSENT:
        return ""
    text = re.sub(r"^(https?://)?(www\.)?github\.com/", "", text).removeprefix("@").rstrip("/")
    return text if _LOGIN.fullmatch(text) else None


def _status(text: str) -> RegistrationStatus | None:
    words = " ".join(re.findall(r"[a-z]+", text.lower()))
    if words in _REGISTERED:
        return RegistrationStatus.REGISTERED
    if words in _WAITING:
        return RegistrationStatus.WAITING
    return RegistrationStatus.CANCELLED if words in _CANCELLED else None


def _attended(text: str) -> bool | None:
    """A time of check-in or a yes; empty tells nothing, since exports before the workshop have the column too."""
    if not text:
        return None
    return text.lower() not in ("no", "false", "0", "n", "n/a", "-")


def _line(text: str) -> str:
    """On one line, printable: what a form holds must not steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split())).strip()
