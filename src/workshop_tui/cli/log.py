"""Where the program writes what went wrong: one small file, without secrets."""

from __future__ import annotations

import logging
import logging.handlers

from workshop_tui import paths
from workshop_tui.secret import SecretFilter

_SIZE_BYTES = 1_000_000


def log_to_file() -> None:
    """Warnings and errors of all that we load; a folder that cannot be written leaves them out."""
    path = paths.log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_SIZE_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        logging.getLogger().addHandler(logging.NullHandler())
        return
    handler.addFilter(SecretFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
