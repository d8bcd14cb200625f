"""Where our files are: the platform's usual folders, and `XDG_*` where that is set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platformdirs import PlatformDirs

_NAME = "workshop-tui"


def settings_file() -> Path:
    return _folders().user_config_path / "settings.toml"


def database_file() -> Path:
    return _folders().user_data_path / "workshops.db"


def rehearsal_directory() -> Path:
    """For what lives as long as one rehearsal: its settings and its log."""
    return _folders().user_state_path / "rehearsal"


def rehearsal_database_file(scenario: str) -> Path:
    """One database for each scenario, never the team's."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", scenario).strip("-.") or "scenario"
    return _folders().user_data_path / "rehearsal" / f"{name}.db"


def beside(path: Path) -> Path:
    """Where to go on when a file is damaged: workshops.db, workshops-2.db, workshops-3.db ..."""
    found = re.fullmatch(r"(.*)-([2-9])", path.stem)
    stem, number = (found.group(1), int(found.group(2))) if found else (path.stem, 1)
    return path.with_name(f"{stem}-{number + 1}{path.suffix}")


def log_file() -> Path:
    return _folders().user_log_path / "workshop-tui.log"


def _folders() -> PlatformDirs:
    from platformdirs import PlatformDirs  # noqa: PLC0415  # keeps `--help` quick

    return PlatformDirs(_NAME, appauthor=False)
