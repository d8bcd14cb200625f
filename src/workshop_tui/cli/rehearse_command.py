"""`workshop-tui rehearse`"""

from __future__ import annotations

import click

from workshop_tui.cli.options import given, scenario_options, store_options
from workshop_tui.cli.rehearsing import rehearse
from workshop_tui.errors import UserError


@click.command("rehearse")
@store_options
@scenario_options
@click.option("--fresh", is_flag=True, help="Begin a new rehearsal instead of going on with the last one.")
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    scenario: str,
    speed: float,
    seed: int,
    people: int | None,
    nodes: int | None,
    regions: int | None,
    at: str,
    rights: str,
    *,
    licence: bool,
    fresh: bool,
) -> int:
    """Open the control room on a simulated platform; needs nothing else, reaches nothing outside this machine."""
    from workshop_rehearsal.scenario import scenario_names  # noqa: PLC0415

    if scenario not in scenario_names():
        raise UserError(f'--scenario "{scenario}": expected one of {", ".join(scenario_names())}')
    _, database = given(context, config_path, database_path)
    arguments = ["--scenario", scenario, "--speed", str(speed), "--seed", str(seed), "--at", at]
    arguments += ["--rights", rights, "--licence" if licence else "--no-licence"]
    if people is not None:
        arguments += ["--people", str(people)]
    for option, size in (("--nodes", nodes), ("--regions", regions)):
        if size is not None:
            arguments += [option, str(size)]
    return rehearse(scenario=scenario, arguments=arguments, database=database, fresh=fresh)
