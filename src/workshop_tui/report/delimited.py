"""Delimited text as forms and spreadsheets export it: encodings, delimiters, quoted newlines."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from workshop_tui.errors import UserError

_MOST_BYTES = 50 * 2**20
_DELIMITERS = ",;\t|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    line: int
    """Where it begins, from 1."""
    cells: tuple[str, ...]


def read_delimited(content: bytes, name: str) -> tuple[tuple[str, ...], tuple[DelimitedRow, ...]]:
    """The header and the rows that hold anything. Raises `UserError` that begins with `name`."""
    if len(content) > _MOST_BYTES:
        raise UserError(f"{name}: over {_MOST_BYTES // 2**20} MB: expected an export of registrations")
    text = _decode(content, name)
    skipped = 0
    delimiter = None
    if text[:4].lower() == "sep=" and len(text) > 4:
        delimiter = text[4]
        _, _, text = text.partition("\n")
        skipped = 1
    delimiter = delimiter or _delimiter(text)
    rows = [row for row in _rows(text, delimiter, skipped, name) if any(cell.strip() for cell in row.cells)]
    if not rows:
        raise UserError(f"{name}: empty: expected a line of column titles and a line for each person")
    return tuple(cell.strip() for cell in rows[0].cells), tuple(rows[1:])


def guarded(cell: str) -> str:
    """The cell as a spreadsheet may open it: never as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _decode(content: bytes, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    if b"\x00" in content and encodings != ["utf-16"]:
        raise UserError(f"{name}: not text: expected CSV, e.g. from the form's or the spreadsheet's download menu")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(f"{name}: not text that we can read: save it as CSV in UTF-8")


def _delimiter(text: str) -> str:
    """The one that cuts the first row into most columns."""

    def columns(delimiter: str) -> int:
        try:
            return max(
                (len(row) for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1)),
                default=0,
            )
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=columns)


def _rows(text: str, delimiter: str, skipped: int, name: str) -> Iterator[DelimitedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield DelimitedRow(line, tuple(cells))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"{name}: line {line}: not CSV ({error}): a quotation mark does not end as it should") from None
