"""Two people's texts become one in which nobody's words are lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from workshop_tui.store.three_way import Conflict, three_way


@dataclass(frozen=True, slots=True)
class Version:
    """A text with who wrote it, and when."""

    text: str
    by: str
    at: datetime | None

    @property
    def signature(self) -> str:
        when = "" if self.at is None else f" at {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"[{' '.join(self.by.split()) or 'somebody'} wrote{when}:]"


END = "[end of the two versions]"


def merge(base: str, stored: Version, written: Version) -> str:
    """Both sets of changes to `base`, line by line; where they meet, both versions between lines that name them."""
    if written.text in (base, stored.text):
        return stored.text
    if stored.text == base:
        return written.text
    merged: list[str] = []
    for stretch in three_way(_lines(base), _lines(stored.text), _lines(written.text)):
        if isinstance(stretch, Conflict):
            merged += [stored.signature, *stretch.one, written.signature, *stretch.other, END]
        else:
            merged += stretch.lines
    return "\n".join(merged)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []
