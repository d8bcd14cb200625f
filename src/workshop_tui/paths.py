"""Where our files are: the platform's usual folders, and `XDG_*` where that is set."""

from __future__ import annotations

import os
import re
from pathlib import Path

from workshop_tui.errors import UserError

_NAME = "workshop-tui"


def expanded(path: Path) -> Path:
    """`~` is the home. Raises `UserError` where nobody has the home that it names."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise UserError(f"{path}: nobody has the home that it names: give the whole path") from None


def in_home(*parts: str) -> Path:
    """A path below this user's home; one below nothing, which no file can have, where there is no home."""
    try:
        return Path.home().joinpath(*parts)
    except RuntimeError:
        return Path(os.devnull, *parts)


def settings_file() -> Path:
    return _folder("config") / "settings.toml"


def database_file() -> Path:
    return _folder("data") / "workshops.db"


def rehearsal_directory() -> Path:
    """For what lives as long as one rehearsal: its settings and its log."""
    return _folder("state") / "rehearsal"


def rehearsal_database_file(scenario: str) -> Path:
    """One database for each scenario, never the team's."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", scenario).strip("-.") or "scenario"
    return _folder("data") / "rehearsal" / f"{name}.db"


def beside(path: Path) -> Path:
    """Where to go on when a file is damaged: workshops.db, workshops-2.db, workshops-3.db ..."""
    found = re.fullmatch(r"(.*)-([2-9])", path.stem)
    stem, number = (found.group(1), int(found.group(2))) if found else (path.stem, 1)
    return path.with_name(f"{stem}-{number + 1}{path.suffix}")


def log_file() -> Path:
    return _folder("log") / "workshop-tui.log"


def _folder(kind: str) -> Path:
    """Raises `UserError` where neither `HOME`, nor `XDG_*`, nor an entry of this user tells a home."""
    from platformdirs import PlatformDirs  # noqa: PLC0415  # keeps `--help` quick

    try:
        folder: Path = getattr(PlatformDirs(_NAME, appauthor=False), f"user_{kind}_path")
    except RuntimeError:
        folder = Path("~")
    if not folder.is_absolute():
        raise UserError("this user has no home directory: set HOME, or name the files with --config and --db")
    return folder
