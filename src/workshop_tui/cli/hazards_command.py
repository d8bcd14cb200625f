"""`workshop-tui hazards`"""

from __future__ import annotations

import shutil

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import clock_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say, say_json
from workshop_tui.errors import UserError
from workshop_tui.model.hazard import outcome_of
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.hazards import hazard_lines


@click.command("hazards")
@store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(context: click.Context, config_path: str | None, database_path: str | None, *, as_json: bool) -> int:
    """Draw the current workshop's window with all that is scheduled or likely to disturb it.

    Exit codes: 0 nothing falls inside, 1 something does, 2 wrong use or settings, 3 something cannot be known.
    """
    config, database = given(context, config_path, database_path)
    settings = needed_settings(config)
    from workshop_tui.cli.run_checks import ask_hazards  # noqa: PLC0415  # loads the clients

    workshop, hazards, unread = event_loop.run(ask_hazards(settings, clock_of(settings), database))
    if workshop is None:
        raise UserError("no workshop yet: enter one with `workshop-tui workshops new`")
    outcomes = [outcome_of(hazard, workshop) for hazard in hazards]
    if as_json:
        document = {
            "format": 1,
            "hazards": [
                {
                    "what": hazard.what,
                    "region": hazard.region,
                    "at": hazard.at.isoformat() if hazard.at else None,
                    "chance": hazard.chance,
                    "outcome": outcome.value,
                    "known_from": hazard.told_by,
                }
                for hazard, outcome in zip(hazards, outcomes, strict=True)
            ],
            "unread": unread,
        }
        say_json(document)
    else:
        width = shutil.get_terminal_size((100, 24)).columns
        for line in hazard_lines(hazards, workshop, width, unread):
            say(line.text)
    if Outcome.FAIL in outcomes:
        return 1
    return 3 if unread or Outcome.UNKNOWN in outcomes else 0
