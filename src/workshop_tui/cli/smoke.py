"""Smoke tests and what they leave, for the commands that run them."""

from __future__ import annotations

import click

from workshop_tui.cli.opening import clock_of, open_store, person_of
from workshop_tui.cli.say import say
from workshop_tui.errors import UserError
from workshop_tui.model.smoke import PlatformChange, SmokeProgress, SmokeRun
from workshop_tui.present.smoke import effect_of, run_lines
from workshop_tui.session.smoke_tests import SmokeTests
from workshop_tui.settings.settings import Settings


def ask_for_smoke(settings: Settings, *, sure: bool) -> None:
    """Shows target and effect, and asks. Raises `UserError` where nothing is configured, `click.Abort` for a no."""
    if not settings.smoke.target:
        raise UserError("--smoke: the settings name no [[smoke.target]] with region and template")
    say("A smoke test changes the platform:", err=True)
    for target in settings.smoke.target:
        say(f"  {target.region}: {effect_of(target, settings.smoke)}", err=True)
    if not sure:
        click.confirm("Start them now?", abort=True, err=True)


async def run_smoke(settings: Settings, database: str | None) -> tuple[SmokeRun, ...]:
    """All regions at once; kept with the current workshop, where there is one."""
    store = await open_store(settings, database)
    clock = clock_of(settings)
    try:
        workshop = await store.workshops.current(clock.now())
        smoke = SmokeTests(settings, store, clock, person_of(settings))
        runs = await smoke.run(workshop.id if workshop else None, _tell)
    finally:
        await store.close()
    for line in run_lines(runs):
        say(f"  {line.text}".rstrip(), err=True)
    return runs


async def clean(settings: Settings, database: str | None) -> bool:
    """Removes what earlier smoke tests left; True when nothing is left."""
    store = await open_store(settings, database)
    try:
        smoke = SmokeTests(settings, store, clock_of(settings), person_of(settings))
        if not await smoke.left():
            say("Nothing of a smoke test is left on the platform.")
            return True
        return await smoke.clean(_tell_cleaned)
    finally:
        await store.close()


def _tell(progress: SmokeProgress) -> None:
    say(f"  {progress.region}: {progress.words}", err=True)


def _tell_cleaned(change: PlatformChange, said: str) -> None:
    say(f"{change.target}: {said}")
