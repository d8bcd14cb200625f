"""The errors that reach a person, each one line that says what to do.

WorkshopError
├── UserError        wrong use, settings, guide or file: exit code 2
├── StoreError       the store cannot be opened or written
│   ├── DamagedStoreError
│   └── LostStoreError
└── SourceError      an outside system did not answer as it should
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class WorkshopError(Exception):
    """Base of all errors whose text is meant for a person."""


class UserError(WorkshopError):
    """The person can mend it: the message names the file or option and what was expected."""


class StoreError(WorkshopError):
    """The database cannot be opened, read or written; nothing that was stored is lost."""


class DamagedStoreError(StoreError):
    """The file is not a sound database; it was left untouched."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged; it was left untouched: start with --db NEW")
        self.path = path


class LostStoreError(StoreError):
    """The file was taken away while it was open; what it held is still readable, nothing is written any more."""

    def __init__(self, path: Path, how: str, remedy: str, *, is_overwritten: bool = False) -> None:
        """`how` is the beginning of a sentence; `is_overwritten`: what it held is not readable any more."""
        super().__init__(f"{how} while it was open, and nothing is saved any more: {remedy}")
        self.path = path
        self.is_overwritten = is_overwritten


class ErrorKind(StrEnum):
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    RATE_LIMITED = "rate-limited"
    MALFORMED = "malformed"
    NOT_CONFIGURED = "not-configured"


class SourceError(WorkshopError):
    """A source failed in one of a few ways; the message is short, holds no secret and no body."""

    def __init__(self, kind: ErrorKind, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after_s = retry_after_s
        """What the server asked for; None when it did not."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceError) and (self.kind, self.message) == (other.kind, other.message)

    def __hash__(self) -> int:
        return hash((self.kind, self.message))
