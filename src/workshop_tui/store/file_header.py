"""What a database's first bytes say about who wrote it last: SQLite's counter of changes, and a mark of ours.

The mark is SQLite's `user_version`: a number that begins at random and rises with each of our transactions. So another
database has another one, and an older copy of the same a smaller one. Files of before have none (0) until they are
opened for writing.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

_BYTE_COUNT = 100
_COUNTER = slice(24, 28)
_MARK = slice(60, 64)
_RANGE = 2**32
_MOST_AT_ONCE = 1_000_000
"""Transactions of other windows between two looks of ours: weeks of recording while this one was stopped."""


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The file's own, whatever is in its log: it changes only when a log is written back."""

    content: bytes

    @classmethod
    def read(cls, descriptor: int) -> FileHeader:
        """Never half of one that is being written. Raises `OSError`."""
        content = os.pread(descriptor, _BYTE_COUNT, 0)
        while (again := os.pread(descriptor, _BYTE_COUNT, 0)) != content:
            content = again
        return cls(content)

    def may_follow(self, other: FileHeader) -> bool:
        """Whether transactions lead here from another header.

        SQLite does not count each of them, and a window of an older workshop-tui marks none.
        """
        marks = 0 if other.content[_MARK] == bytes(4) else self._rise(other, _MARK)
        return len(self.content) == _BYTE_COUNT and max(marks, self._rise(other, _COUNTER)) <= _MOST_AT_ONCE

    def _rise(self, other: FileHeader, field: slice) -> int:
        """Both numbers begin anew after their greatest."""
        return (int.from_bytes(self.content[field], "big") - int.from_bytes(other.content[field], "big")) % _RANGE


def next_mark(mark: int) -> int:
    """As SQLite takes it, signed, and never 0. `mark`: the one before, or 0 for none."""
    if mark == 0:
        return secrets.randbelow(_RANGE // 2 - 1) + 1
    following = (mark + 1) % _RANGE or 1
    return following if following < _RANGE // 2 else following - _RANGE
