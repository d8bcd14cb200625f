"""Bytes of an export as text: UTF-8, UTF-16, and the encodings that old spreadsheets write without saying so."""

from __future__ import annotations

import codecs
import re

from workshop_tui.errors import UserError

_WORD_BYTE = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]|[\x80-\xff](?=[a-z])")
"""A byte that stands where a letter does: quotation marks and dashes do not tell a Mac from Windows, letters do."""
_MAC_LETTERS = frozenset(range(0x80, 0xA0)) - {0x92}
"""0x92 is the apostrophe of Windows, and a rare letter on a Mac."""
_WINDOWS_LETTERS = frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7}


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """(text, the encoding that was guessed, empty where the bytes themselves tell it). Raises `UserError`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16"), ""
        except UnicodeDecodeError:
            raise UserError(f"{name}: not text that we can read: save it as CSV in UTF-8") from None
    if b"\x00" in content:
        raise UserError(f"{name}: not text: expected CSV, e.g. from the form's or the spreadsheet's download menu")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    letters = [match[0] for match in _WORD_BYTE.findall(content)]
    mac_count = sum(letter in _MAC_LETTERS for letter in letters)
    if mac_count > sum(letter in _WINDOWS_LETTERS for letter in letters):
        return content.decode("mac-roman"), "Mac Roman"
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"
