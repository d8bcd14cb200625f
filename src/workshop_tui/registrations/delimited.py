"""Delimited text as forms and spreadsheets export it: encodings, delimiters, quoted newlines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from workshop_tui.errors import UserError
from workshop_tui.registrations.text_encoding import decoded

_MOST_BYTES = 50 * 2**20
_LOOKED_AT = 12
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    line: int
    """Where it begins, from 1."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DelimitedText:
    rows: tuple[DelimitedRow, ...]
    """Those that hold anything; never empty."""
    guessed_encoding: str
    """Empty where the bytes themselves tell it."""


def read_delimited(content: bytes, name: str) -> DelimitedText:
    """Raises `UserError` that begins with `name`."""
    if len(content) > _MOST_BYTES:
        raise UserError(f"{name}: over {_MOST_BYTES // 2**20} MB: expected an export of registrations")
    text, guessed = decoded(content, name)
    skipped = 0
    delimiter = None
    if text[:4].lower() == "sep=" and len(text) > 4:
        delimiter = text[4]
        _, _, text = text.partition("\n")
        skipped = 1
    delimiter = delimiter or _delimiter(text)
    rows = tuple(row for row in _rows(text, delimiter, skipped, name) if any(cell.strip() for cell in row.cells))
    if not rows:
        raise UserError(f"{name}: empty: expected a line of column titles and a line for each person")
    return DelimitedText(rows, guessed)


def _delimiter(text: str) -> str:
    """The one that cuts the first row that anything cuts into most columns: a title above the table is one cell."""
    found = {delimiter: _widths(text, delimiter) for delimiter in _DELIMITERS}
    for widths in zip_longest(*found.values(), fillvalue=0):
        if max(widths) > 1:
            return _DELIMITERS[widths.index(max(widths))]
    return _DELIMITERS[0]


def _widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _LOOKED_AT):
            widths.append(len(row))
    except csv.Error:
        pass
    return widths


def _rows(text: str, delimiter: str, skipped: int, name: str) -> Iterator[DelimitedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield DelimitedRow(line, tuple(cells))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"{name}: line {line}: not CSV ({error}): a quotation mark does not end as it should") from None
