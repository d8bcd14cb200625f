"""Smoke tests and what they leave, for the commands that run them."""

from __future__ import annotations

import asyncio

import click

from workshop_tui.actions.smoke_test import SmokeTest
from workshop_tui.cli.opening import clock_of, open_store, person_of
from workshop_tui.clients.coder_workspaces import CoderWorkspaces
from workshop_tui.clients.network import Network
from workshop_tui.errors import SourceError, UserError
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.settings import Settings


def ask_for_smoke(settings: Settings, *, sure: bool) -> None:
    """Shows target and effect, and asks. Raises `UserError` where nothing is configured, `click.Abort` for a no."""
    if not settings.smoke.target:
        raise UserError("--smoke: the settings name no [[smoke.target]] with region and template")
    click.echo("A smoke test changes the platform:", err=True)
    for target in settings.smoke.target:
        click.echo(f"  {target.region}: starts one workspace from {target.template}, and removes it", err=True)
    if not sure:
        click.confirm("Start them now?", abort=True, err=True)


async def run_smoke(settings: Settings, database: str | None) -> list[SmokeRun]:
    """All regions at once; kept with the current workshop, where there is one."""
    store = await open_store(settings, database)
    coder = CoderWorkspaces(settings, Network(settings))
    clock, person = clock_of(settings), person_of(settings)
    try:
        workshop = await store.workshops.current(clock.now())
        workshop_id = workshop.id if workshop else None
        smoke = SmokeTest(coder, store.platform_changes, clock, person, workshop_id, settings.smoke.timeout_s)
        runs = await asyncio.gather(*(smoke.run(target, _tell) for target in settings.smoke.target))
        if workshop_id is not None:
            for run in runs:
                await store.smoke_runs.add(workshop_id, run)
    finally:
        await coder.close()
        await store.close()
    return runs


async def clean(settings: Settings, database: str | None) -> bool:
    """Removes what earlier smoke tests left; True when nothing is left."""
    store = await open_store(settings, database)
    coder = CoderWorkspaces(settings, Network(settings))
    clean_all = True
    try:
        smoke = SmokeTest(
            coder, store.platform_changes, clock_of(settings), person_of(settings), None, settings.smoke.timeout_s
        )
        left = await store.platform_changes.left()
        if not left:
            click.echo("Nothing of ours is left on the platform.")
        for change in left:
            try:
                gone = await smoke.clean(change)
                said = "removed" if gone else f"still there: {change.undo}"
            except SourceError as error:
                gone, said = False, f"{error.message}; by hand: {change.undo}"
            clean_all &= gone
            click.echo(f"{change.target}: {said}")
    finally:
        await coder.close()
        await store.close()
    return clean_all


def _tell(region: str, words: str) -> None:
    click.echo(f"  {region}: {words}", err=True)
