"""SQLite's and the system's errors in words that say what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from workshop_tui.errors import DamagedStoreError, StoreError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Database and system errors about this file leave as `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise _of_sqlite(path, error.orig) from error
    except sqlite3.Error as error:
        raise _of_sqlite(path, error) from error
    except OSError as error:
        raise StoreError(_of_system(path, error)) from error


def _of_sqlite(path: Path, error: sqlite3.Error) -> StoreError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(_DAMAGED):
        return DamagedStoreError(path)
    for begins, words in _WORDS.items():
        if name.startswith(begins):
            return StoreError(words(path))
    return StoreError(f"{path} refused a change ({error}): nothing was stored; run workshop-tui doctor")


def _of_system(path: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return _full(path)
    if error.errno in _FORBIDDEN:
        return _forbidden(path)
    return f"cannot open {path} ({error.strerror}): choose another file with --db"


def _full(path: Path) -> str:
    return f"the disk is full, {path} was not changed: free some space and try again"


def _forbidden(path: Path) -> str:
    return f"no permission to write {path} or its folder: give it, or choose another file with --db"


def _locked(path: Path) -> str:
    return f"another program has locked {path}: close it and try again"


def _failed(path: Path) -> str:
    return f"{path} could not be read or written (is the disk full?): free some space and try again"


def _moved(path: Path) -> str:
    return f"{path} was removed, renamed or replaced while it was open: put it back"


def _orphan(path: Path) -> str:
    return f"{path} does not hold this workshop: choose one that it holds"


_WORDS: dict[str, Callable[[Path], str]] = {
    "SQLITE_BUSY": _locked,
    "SQLITE_LOCKED": _locked,
    "SQLITE_FULL": _full,
    "SQLITE_IOERR": _failed,
    "SQLITE_READONLY_DBMOVED": _moved,
    "SQLITE_READONLY": _forbidden,
    "SQLITE_PERM": _forbidden,
    "SQLITE_AUTH": _forbidden,
    "SQLITE_CANTOPEN": _forbidden,
    "SQLITE_CONSTRAINT_FOREIGNKEY": _orphan,
}
