"""From paths to settings, guide, clock and store; shared by every command."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_tui import paths
from workshop_tui.errors import UserError
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.clock import Clock
from workshop_tui.settings.file import load_settings

if TYPE_CHECKING:
    from workshop_tui.model.guide import Guide
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store


def settings_or_none(config: str | None) -> Settings | None:
    """None when no file was named and the default one does not exist."""
    return load_settings(Path(config) if config else None, os.environ)


def needed_settings(config: str | None) -> Settings:
    """Raises `UserError` where there is no settings file."""
    settings = settings_or_none(config)
    if settings is None:
        raise UserError(
            f"no settings file at {paths.settings_file()}: write one with `workshop-tui config init`, "
            "or try `workshop-tui rehearse`"
        )
    return settings


def guide_of(settings: Settings | None) -> Guide:
    if settings is None:
        return load_guide(None)
    return load_guide(Path(settings.guide_file) if settings.guide_file else None, settings.thresholds)


def clock_of(settings: Settings | None) -> Clock:
    rehearsal = settings.rehearsal if settings else None
    if rehearsal is None:
        return Clock()
    return Clock(rehearsal.started_at, rehearsal.shown_at, rehearsal.speed)


def database_of(settings: Settings | None, database: str | None) -> Path:
    """`--db`, else a file of its own for each rehearsal scenario, else the team's."""
    if database:
        return Path(database)
    if settings and settings.rehearsal:
        return paths.rehearsal_database_file(settings.rehearsal.scenario)
    return paths.database_file()


def person_of(settings: Settings | None) -> str:
    """Who acts: `WORKSHOP_TUI_PERSON`, else the settings' `person`, else the login name."""
    if settings and settings.person:
        return settings.person
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


async def open_store(settings: Settings | None, database: str | None) -> Store:
    from workshop_tui.store.store import Store  # noqa: PLC0415  # half a second of imports

    return await Store.open(database_of(settings, database), clock=clock_of(settings))
