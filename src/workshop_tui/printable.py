"""Text as it may leave: without characters that steer a terminal, hide, or turn the order of others around."""

from __future__ import annotations

import json
import re

_JOINERS = "\u200c\u200d"
"""Zero-width, but part of how some scripts and emoji are written: kept in what people write themselves."""
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, among them the escape of every terminal sequence, and C1, which some read as one sign
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # shown as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators of lines, and turns of direction
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"  # fillers, marks of bytes, annotations
    "\ud800-\udfff"  # halves of pairs, which UTF-8 cannot hold
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # controls of notation, tags
)
_BREAKS = frozenset("\t\n\x0b\x0c\r\x85\u2028\u2029")


def printable(text: str, *, keep: str = "") -> str:
    """The text on one line: what breaks lines becomes a space, what steers or hides goes.

    `keep`: characters that stay as they are, such as a line feed in a text of several lines.
    """
    if text.isascii() and text.isprintable():
        return text

    def instead(match: re.Match[str]) -> str:
        sign = match.group()
        return sign if sign in keep else " " if sign in _BREAKS else ""

    return _STEERING.sub(instead, text)


def printable_lines(text: str) -> str:
    """The text with its line feeds and tabs; a carriage return alone, which overwrites a line, begins a new one."""
    return printable(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")


def own_words(text: str) -> str:
    """What a person wrote or a document holds: its lines, tabs and joined characters stay."""
    return printable(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t" + _JOINERS)


def json_text(document: object, *, ascii_only: bool = False) -> str:
    """JSON of two spaces, readable in every script; what steers or hides is escaped, so that nothing is lost."""
    text = json.dumps(document, indent=2, ensure_ascii=ascii_only)
    return _STEERING.sub(lambda match: "\n" if match.group() == "\n" else json.dumps(match.group())[1:-1], text)
