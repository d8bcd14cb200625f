"""`workshop-tui check-alert`"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import clock_of, needed_settings, open_store, person_of
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say
from workshop_tui.errors import SourceError, UserError
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.outcome import symbol
from workshop_tui.redaction import mask

if TYPE_CHECKING:
    from workshop_tui.actions.trial_alert import Arrival, HarmlessAlert
    from workshop_tui.settings.settings import Settings


@click.command("check-alert")
@store_options
@click.option("--yes", "agreed", is_flag=True, help="Send it without being asked.")
@click.option(
    "--hold",
    "hold_s",
    type=click.IntRange(0, 240),
    default=45,
    show_default=True,
    metavar="SECONDS",
    help="Longer than the route's group_wait (30 s where it is not set): earlier nobody is told.",
)
@click.pass_context
def command(
    context: click.Context, config_path: str | None, database_path: str | None, hold_s: int, *, agreed: bool
) -> int:
    """Send a harmless alert through Alertmanager, say whom it tells, and end it.

    Exit codes: 0 it is on its way to a receiver, 1 it is not, 2 wrong use or settings.
    """
    from workshop_tui.actions.trial_alert import beginning, effect_of, harmless_alert  # noqa: PLC0415  # loads the clients

    config, database = given(context, config_path, database_path)
    settings = needed_settings(config)
    if settings.alertmanager.url is None:
        raise UserError("no Alertmanager is configured: set alertmanager.url")
    alert = harmless_alert(clock_of(settings).now(), person_of(settings))
    for line in effect_of(alert, str(settings.alertmanager.url)):
        say(line)
    if not agreed:
        click.confirm("Send it?", abort=True)
    alert = beginning(alert, clock_of(settings).now())
    try:
        arrival = event_loop.run(_send(settings, database, alert, hold_s))
    except SourceError as error:
        _say(Outcome.FAIL, error.message)
        return 1
    _say(Outcome.PASS, "ended")
    return 1 if arrival.suppressed or not arrival.receivers else 0


async def _send(settings: Settings, database: str | None, alert: HarmlessAlert, hold_s: int) -> Arrival:
    from workshop_tui.actions.trial_alert import send_test_alert  # noqa: PLC0415
    from workshop_tui.clients.alertmanager import AlertmanagerClient  # noqa: PLC0415
    from workshop_tui.clients.network import Network  # noqa: PLC0415

    store = await open_store(settings, database)
    try:
        workshop = await store.workshops.current(clock_of(settings).now())
        person = person_of(settings)

        async def note(kind: str, facts: Mapping[str, object]) -> None:
            await store.journal.note(workshop.id if workshop else None, person, kind, alert.labels["run"], facts)

        async def hold(arrival: Arrival) -> None:
            _tell(arrival, hold_s)
            await asyncio.sleep(hold_s)

        client = AlertmanagerClient(settings, Network(settings))
        try:
            return await send_test_alert(client, alert, note, hold)
        finally:
            await client.close()
    finally:
        await store.close()


def _tell(arrival: Arrival, hold_s: int) -> None:
    names = ", ".join(arrival.receivers)
    if arrival.suppressed:
        _say(Outcome.FAIL, f"Alertmanager has it, but tells nobody: {arrival.suppressed}")
    elif not names:
        _say(Outcome.FAIL, "Alertmanager has it, but no route leads to a receiver")
    else:
        _say(Outcome.PASS, f"Alertmanager has it and tells {names}: see whether it comes there. Ends in {hold_s} s.")


def _say(outcome: Outcome, message: str) -> None:
    say(f"{symbol(outcome)} {mask(message)}")
