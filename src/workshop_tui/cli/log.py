"""Where the program writes what went wrong: one small file, without secrets."""

from __future__ import annotations

import logging
import logging.handlers

from workshop_tui import paths
from workshop_tui.secret import SecretFilter

_NAME = "workshop-tui"
_SIZE_BYTES = 1_000_000


def log_to_file() -> None:
    """Warnings and errors of all that we load; a folder that cannot be written leaves them out.

    A second call does not write anything twice.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.name == _NAME]:
        root.removeHandler(handler)
        handler.close()
    path = paths.log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file: logging.Handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_SIZE_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        file = logging.NullHandler()
    file.set_name(_NAME)
    file.addFilter(SecretFilter())
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(file)
    root.setLevel(logging.WARNING)
