"""Whether the file that is open is still the one at its path: SQLite would go on writing into one that nobody finds."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from workshop_tui.errors import LostStoreError
from workshop_tui.store.file_header import FileHeader

Identity = tuple[int, int]
"""Device and inode."""


class OpenedFile:
    """Looks cost microseconds, and never open the file anew: to close it again would drop SQLite's locks."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError`."""
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        status = os.fstat(self._descriptor)
        self._path = path
        self._log_path = path.with_name(f"{path.name}-wal")
        self._identity = _identity(status)
        self._size_bytes = status.st_size
        self._header = FileHeader.read(self._descriptor)
        self._log: Identity | None = None
        """None until SQLite has made it; then it stays as long as anybody has the file open."""

    def look(self) -> None:
        """Raises `LostStoreError`, or `OSError` where one may not look."""
        try:
            status = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise LostStoreError(self._path, f"{self._path} was removed or renamed", "put it back") from None
        if _identity(status) != self._identity:
            raise LostStoreError(self._path, f"{self._path} was replaced by another file", "put the old one back")
        if status.st_size < self._size_bytes:
            how = f"{self._path} was cut or rewritten by another program"
            raise LostStoreError(self._path, how, "leave, put a copy of it back if it is damaged, and start again")
        header = FileHeader.read(self._descriptor)
        if header != self._header:
            if not header.may_follow(self._header):
                how = f"{self._path} was overwritten by another program"
                remedy = "leave, put a copy of it back if it is damaged, and start again"
                raise LostStoreError(self._path, how, remedy, is_overwritten=True)
            self._header = header
        self._size_bytes = status.st_size
        if self._log is not None and self._log_identity() != self._log:
            remedy = f"leave, which brings {self._path.name} up to date, and start again"
            raise LostStoreError(self._path, f"{self._log_path} was removed", remedy)

    def log_is_there(self) -> None:
        """SQLite has used the file: from now on its log belongs to it."""
        if self._log is None:
            self._log = self._log_identity()

    def empty_log(self) -> None:
        """So that SQLite does not write pages of a file that was overwritten into the one that lies there now."""
        with suppress(FileNotFoundError):
            os.truncate(self._log_path, 0)

    def close(self) -> None:
        """Once no connection of this process is left."""
        os.close(self._descriptor)

    def _log_identity(self) -> Identity | None:
        try:
            return _identity(self._log_path.stat())
        except FileNotFoundError:
            return None


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino
