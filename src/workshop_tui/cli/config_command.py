"""`workshop-tui config`"""

from __future__ import annotations

from pathlib import Path

import click

from workshop_tui import paths
from workshop_tui.cli.opening import guide_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say
from workshop_tui.errors import UserError
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.measures.shared.named import mistaken
from workshop_tui.settings.file import show_settings, write_default


@click.group("config")
def command() -> None:
    """Write, show and check the settings."""


def _file(context: click.Context, config_path: str | None) -> Path:
    config, _ = given(context, config_path, None)
    return Path(config) if config else paths.settings_file()


@command.command("init")
@store_options
@click.pass_context
def init(context: click.Context, config_path: str | None, database_path: str | None) -> None:
    """Write a commented settings file for ai.coder.com's three regions; never overwrites."""
    path = _file(context, config_path)
    write_default(path)
    say(f"Wrote {path}. Edit it, then: workshop-tui config check")


@command.command("path")
@store_options
@click.pass_context
def path(context: click.Context, config_path: str | None, database_path: str | None) -> None:
    """Print where the settings file is looked for."""
    say(str(_file(context, config_path)))


@command.command("show")
@store_options
@click.pass_context
def show(context: click.Context, config_path: str | None, database_path: str | None) -> None:
    """Print the settings in effect; a secret shows where it comes from, never what it is."""
    config, _ = given(context, config_path, database_path)
    say(show_settings(needed_settings(config)), nl=False)


@command.command("check")
@store_options
@click.pass_context
def check(context: click.Context, config_path: str | None, database_path: str | None) -> None:
    """Check the settings file and the guide without asking the platform."""
    config, _ = given(context, config_path, database_path)
    settings = needed_settings(config)
    guide = guide_of(settings)
    if wrong := list(mistaken(settings, all_measures(), [cue.id for cue in guide.cues])):
        raise UserError("\n".join(wrong))
    regions = ", ".join(f"{region.name} ({region.role})" for region in settings.region) or "none"
    say(f"Settings are fine. Regions: {regions}")
    say(f"Guide: {guide.origin}, {len(guide.items)} items")
    for region in settings.region:
        missing = [name for name in ("context", "domain", "wildcard") if getattr(region, name) is None]
        if missing:
            say(f"  {region.name} has no {', '.join(missing)}: what needs it is not applicable there")
