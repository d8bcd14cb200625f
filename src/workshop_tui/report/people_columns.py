"""Which column of a registration export holds what."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
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
    REGISTERED_AT = "registered-at"
    ATTENDED = "attended"
    IGNORED = "ignored"
    """Not kept."""
    ANSWER = "answer"
    """Kept under the column's title."""


_TITLES: dict[Field, tuple[str, ...]] = {
    Field.ID: ("guest id", "api id", "attendee #", "#", "response id", "id"),
    Field.EMAIL: ("attendee email", "email address", "email", "user email", "e mail address", "e mail", "username"),
    Field.NAME: ("full name", "name", "user name", "attendee name", "your name"),
    Field.FIRST_NAME: ("attendee first name", "first name", "user first name", "given name"),
    Field.LAST_NAME: ("attendee last name", "last name", "user last name", "surname", "family name"),
    Field.GITHUB: ("github", "github username", "github handle", "github login", "github user", "github account"),
    Field.STATUS: ("approval status", "attendee status", "order status", "status"),
    Field.REGISTERED_AT: (
        "registered at",
        "created at",
        "submit date utc",
        "submitted at",
        "timestamp",
        "order date",
        "registration date",
    ),
    Field.ATTENDED: ("checked in at", "checked in", "attended", "joined at"),
}
"""The better title first: of a buyer's and an attendee's address, the attendee's is meant."""

_NOT_NEEDED = re.compile(
    r"phone|mobile|address [12]|street|zip|postcode|postal|birth|network id|ip address|user agent|browser|tracking"
    r"|qr code|utm |amount|price|currency|coupon|payment|tax|eth address|solana address|cell"
)
"""What nobody needs of a person for a workshop."""

_ASKED = {Field.GITHUB: re.compile(r"\bgit ?hub\b"), Field.EMAIL: re.compile(r"\be ?mail\b")}
"""Words in a longer question, where no title fits and one question alone has them."""


def header_hash(header: Sequence[str]) -> str:
    """The same for each export of one form."""
    return hashlib.sha256("\0".join(_words(title) for title in header).encode()).hexdigest()


def recognise(header: Sequence[str], mapping: Mapping[str, str], name: str) -> tuple[Field, ...]:
    """A field for each column. `mapping`: column title -> field, which goes before what we recognise.

    Raises `UserError` that begins with `name`: a mapping that fits nothing, or nothing that tells who a person is.
    """
    fields: list[Field | None] = [None] * len(header)
    for title, field in mapping.items():
        fields[_place(title, header, name)] = _field(field, name)
    words = [_words(title) for title in header]
    for field, titles in _TITLES.items():
        free = [at for at in range(len(header)) if fields[at] is None]
        found = next((at for title in titles for at in free if words[at] == title), None)
        if found is not None and field not in fields:
            fields[found] = field
    for field, asked in _ASKED.items():
        matches = [at for at in range(len(header)) if fields[at] is None and asked.search(words[at])]
        if field not in fields and len(matches) == 1:
            fields[matches[0]] = field
    if not {Field.EMAIL, Field.GITHUB, Field.ID} & set(fields):
        columns = ", ".join(f'"{title[:60]}"' for title in header[:12])
        raise UserError(
            f"{name}: no column tells who a person is; there are {columns}: say which with --map 'COLUMN=email' "
            "(or github, id)"
        )
    spare = {title for titles in _TITLES.values() for title in titles}
    return tuple(
        field or (Field.IGNORED if _NOT_NEEDED.search(at) or at in spare or not at else Field.ANSWER)
        for field, at in zip(fields, words, strict=True)
    )


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
