"""Which column of a registration export holds what."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from workshop_tui.errors import UserError


class Field(StrEnum):
    ID = "id"
    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first-name"
    LAST_NAME = "last-name"
    GITHUB = "github"
    STATUS = "status"
    VOID = "void"
    """Whether the ticket was taken back, beside or instead of a status."""
    BUYER = "buyer"
    """Who ordered it; names a ticket that is nobody's yet."""
    REGISTERED_AT = "registered-at"
    ATTENDED = "attended"
    IGNORED = "ignored"
    """Not kept."""
    ANSWER = "answer"
    """Kept under the column's title."""


_TITLES: dict[Field, tuple[str, ...]] = {
    Field.ID: ("guest id", "api id", "attendee #", "ticket reference", "#", "response id", "registration id", "id"),
    Field.EMAIL: (
        "attendee email", "ticket email", "email address", "email", "user email", "e mail address", "e mail",
        "mail", "e mail adresse", "mailadresse", "emailadresse", "adresse e mail", "adresse email", "courriel",
        "correo electrónico", "dirección de correo electrónico", "correo", "endereço de e mail", "indirizzo e mail",
        "e mailadres", "メールアドレス", "电子邮件", "이메일", "username",
    ),
    Field.NAME: (
        "full name", "ticket full name", "name", "user name", "attendee name", "participant name", "your name",
        "vollständiger name", "nom complet", "nombre completo", "nome completo", "名前", "氏名", "姓名", "이름",
    ),
    Field.FIRST_NAME: (
        "attendee first name", "ticket first name", "first name", "user first name", "given name", "vorname", "prénom",
        "nombre", "voornaam",
    ),
    Field.LAST_NAME: (
        "attendee last name", "ticket last name", "last name", "user last name", "surname", "family name", "nachname",
        "nom", "nom de famille", "apellidos", "apellido", "achternaam",
    ),
    Field.GITHUB: (
        "github", "github username", "github handle", "github login", "github user", "github account", "github id",
    ),
    Field.STATUS: (
        "approval status", "attendee status", "registration status", "ticket status", "order status", "rsvp status",
        "rsvp", "status", "statut", "estado",
    ),
    Field.VOID: ("void status", "voided", "cancelled", "canceled", "cancelled at", "canceled at"),
    Field.BUYER: ("order name", "buyer name", "buyer"),
    Field.REGISTERED_AT: (
        "registered at", "registration time", "created at", "submit date utc", "submitted at", "ticket created date",
        "timestamp", "completion time", "order date", "registration date", "date registered", "zeitstempel",
        "fertigstellungszeit", "horodateur", "marca temporal",
    ),
    Field.ATTENDED: ("checked in at", "checked in", "check in time", "attended", "joined at", "join time"),
}  # fmt: skip
"""The better title first: of a buyer's and an attendee's address, the attendee's is meant."""

_NOT_NEEDED = re.compile(
    r"phone|mobile|address [12]|street|zip|postcode|postal|birth|network id|ip address|user agent|browser|tracking"
    r"|qr code|utm |amount|price|currency|coupon|payment|tax|eth address|solana address|cell|unique (ticket|order) url"
    r"|buyer|order (email|reference|created|name)"
)
"""What nobody needs of a person for a workshop."""

_ASKED = {Field.GITHUB: re.compile(r"\bgit ?hub\b"), Field.EMAIL: re.compile(r"\be ?mail\b")}
"""Words in a longer question, where no title fits and one question alone has them."""

EMAIL_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]=]+@[^\s@<>(),;:\"\\\[\]=]+\.[^\s@<>(),;:\"\\\[\]=.]{2,}")


def header_hash(header: Sequence[str]) -> str:
    """The same for each export of one form."""
    return hashlib.sha256("\0".join(_words(title) for title in header).encode()).hexdigest()


def tells_people(header: Sequence[str]) -> bool:
    """Whether this may be the line of titles: a column is called as an address or login is, and others have titles."""
    words = [_words(title) for title in header]
    who = {*_TITLES[Field.EMAIL], *_TITLES[Field.GITHUB]}
    return any(word in who for word in words) and sum(bool(word) for word in words) > 1


def has_columns(header: Sequence[str], titles: Iterable[str]) -> bool:
    """Whether each of these titles is a column here."""
    words = {_words(title) for title in header}
    return all(_words(title) in words for title in titles)


def recognise(
    header: Sequence[str], mapping: Mapping[str, str], name: str, rows: Sequence[Sequence[str]] = ()
) -> tuple[Field, ...]:
    """A field for each column. `mapping`: column title -> field, which goes before what we recognise.

    A column that is called an address and holds none (an anonymous form) gives way to one that does. Raises `UserError`
    that begins with `name`: a mapping that fits nothing, or nothing that tells who a person is.
    """
    fields: list[Field | None] = [None] * len(header)
    for title, field in mapping.items():
        fields[_place(title, header, name)] = _field(field, name)
    words = [_words(title) for title in header]
    mapped = set(fields)
    for field, titles in _TITLES.items():
        free = [at for at in range(len(header)) if fields[at] is None]
        found = next((at for title in titles for at in free if words[at] == title), None)
        if found is not None and field not in fields:
            fields[found] = field
    if Field.EMAIL not in mapped and Field.EMAIL in fields and rows:
        at = fields.index(Field.EMAIL)
        if not _holds_addresses(rows, at) and any(_holds_addresses(rows, other) for other in range(len(header))):
            fields[at] = Field.IGNORED
    for field, asked in _ASKED.items():
        matches = [at for at in range(len(header)) if fields[at] is None and asked.search(words[at])]
        if field not in fields and len(matches) == 1:
            fields[matches[0]] = field
    if Field.EMAIL not in fields:
        holding = [at for at in range(len(header)) if fields[at] is None and _holds_addresses(rows, at)]
        if len(holding) == 1:
            fields[holding[0]] = Field.EMAIL
    if not {Field.EMAIL, Field.GITHUB, Field.ID} & set(fields):
        raise UserError(f"{name}: no column tells who a person is; there are {column_hint(header)}")
    spare = {title for titles in _TITLES.values() for title in titles}
    return tuple(
        field or (Field.IGNORED if _NOT_NEEDED.search(at) or at in spare or not at else Field.ANSWER)
        for field, at in zip(fields, words, strict=True)
    )


def column_hint(header: Sequence[str]) -> str:
    """The columns, and how to say which one tells who a person is."""
    columns = ", ".join(f'"{title[:60]}"' for title in header[:12])
    return f"{columns}: say which with --map 'COLUMN=email' (or github, id)"


def _holds_addresses(rows: Sequence[Sequence[str]], at: int) -> bool:
    return any(at < len(row) and EMAIL_ADDRESS.fullmatch(row[at].strip()) for row in rows)


def _place(title: str, header: Sequence[str], name: str) -> int:
    matches = [at for at, known in enumerate(header) if known == title.strip()]
    matches = matches or [at for at, known in enumerate(header) if _words(known) == _words(title)]
    if len(matches) != 1:
        columns = ", ".join(f'"{known[:60]}"' for known in header[:12])
        why = "several columns are called" if matches else "there is no column"
        raise UserError(f'{name}: --map: {why} "{title}"; there are {columns}')
    return matches[0]


def _field(field: str, name: str) -> Field:
    try:
        return Field(field.strip().lower())
    except ValueError:
        known = ", ".join(field.value for field in Field)
        raise UserError(f'{name}: --map: unknown field "{field}"; expected one of {known}') from None


def _words(title: str) -> str:
    """Lower case, without signs: `E-mail_Address:` is `e mail address`."""
    return " ".join(re.findall(r"[\w#]+", title.lower().replace("_", " ")))
