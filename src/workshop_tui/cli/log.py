"""Where the program writes what went wrong: one small file, without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import os
from contextlib import suppress
from io import TextIOWrapper

from workshop_tui import paths
from workshop_tui.errors import UserError
from workshop_tui.redaction import MaskedFormatter

_NAME = "workshop-tui"
_SIZE_BYTES = 1_000_000


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Readable by the person alone, also after it was turned over and where an older program made it."""

    def _open(self) -> TextIOWrapper:
        return TextIOWrapper(open(self.baseFilename, "ab", opener=_private), encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's own name
        """A full disk: the library would print the record as it is, unmasked and over the rooms."""


def _private(path: str, flags: int) -> int:
    number = os.open(path, flags, 0o600)
    with suppress(OSError):  # another person's
        os.fchmod(number, 0o600)
    return number


def log_to_file() -> None:
    """Warnings and errors of all that we load; a folder that cannot be written leaves them out.

    A second call does not write anything twice.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.name == _NAME]:
        root.removeHandler(handler)
        handler.close()
    try:
        path = paths.log_file()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file: logging.Handler = _PrivateFile(path, maxBytes=_SIZE_BYTES, backupCount=1, encoding="utf-8", delay=True)
    except (OSError, UserError):
        file = logging.NullHandler()
    file.set_name(_NAME)
    file.setFormatter(MaskedFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(file)
    root.setLevel(logging.WARNING)
