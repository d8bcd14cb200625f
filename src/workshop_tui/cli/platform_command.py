"""`workshop-tui platform`"""

from __future__ import annotations

from pathlib import Path

import click

from workshop_tui.cli.options import scenario_options, store_options
from workshop_tui.duration_text import read_duration
from workshop_tui.errors import UserError


def seconds(text: str | None) -> float:
    """`80ms`, `0.2s` or plain seconds."""
    if text is None:
        return 0.0
    compact = text.replace(" ", "")
    found = read_duration(compact + "s" if compact[-1:].isdigit() else compact)
    if found is None:
        raise UserError(f'--rtt "{text}": expected a duration like 80ms')
    return found.total_seconds()


@click.command("platform")
@store_options
@scenario_options
@click.option("--rtt", metavar="DURATION", help="Added to every answer, e.g. 80ms.")
@click.option(
    "--changes-per-s",
    type=click.FloatRange(0, 5_000, min_open=True),
    help="Changes of pods in all regions together, in the scenario steady.",
)
@click.option(
    "--prebuilds",
    default=0,
    show_default=True,
    type=click.IntRange(0, 100),
    help="Prebuilt workspaces of each template, which people claim.",
)
@click.option("--agpl", is_flag=True, help="A build of Coder without enterprise code.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End with the process that started this one.")
@click.option(
    "--write-config", metavar="FILE", type=click.Path(dir_okay=False), help="Write the settings that reach it."
)
def command(
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
    rtt: str | None,
    changes_per_s: float | None,
    write_config: str | None,
    prebuilds: int,
    *,
    licence: bool,
    agpl: bool,
    until_stdin_closes: bool,
) -> None:
    """Run the simulated platform alone, on this machine only, until it is stopped."""
    from workshop_rehearsal.errors import RehearsalError  # noqa: PLC0415
    from workshop_rehearsal.serve import Edition, PlatformOptions, run  # noqa: PLC0415

    edition = Edition.LICENSED if licence else Edition.UNLICENSED
    options = PlatformOptions(
        scenario=scenario,
        speed=speed,
        seed=seed,
        people=people,
        nodes=nodes,
        regions=regions,
        changes_per_s=changes_per_s,
        at=at,
        prebuilds=prebuilds,
        rights=rights,
        edition=Edition.AGPL if agpl else edition,
        rtt_s=seconds(rtt),
        config_path=Path(write_config) if write_config else None,
        until_stdin_closes=until_stdin_closes,
    )
    try:
        run(options)
    except RehearsalError as error:
        raise UserError(str(error)) from None
