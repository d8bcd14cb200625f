"""Options that every command has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])


def store_options(command: Command) -> Command:
    """`--config FILE` and `--db FILE`."""
    command = click.option(
        "--db", "database_path", metavar="FILE", type=click.Path(dir_okay=False), help="The database to use."
    )(command)
    return click.option(
        "--config", "config_path", metavar="FILE", type=click.Path(dir_okay=False), help="The settings file to use."
    )(command)


def timeout_option(command: Command) -> Command:
    """`--timeout SECONDS`"""
    return click.option(
        "--timeout",
        "limit_s",
        metavar="SECONDS",
        type=click.FloatRange(min=1, max=3600),
        default=120.0,
        show_default=True,
        help="What has not answered by then is unknown.",
    )(command)


def given(context: click.Context, config_path: str | None, database_path: str | None) -> tuple[str | None, str | None]:
    """What was given after the command, else before it."""
    before: tuple[str | None, str | None] = context.find_root().obj or (None, None)
    return config_path or before[0], database_path or before[1]


def scenario_options(command: Command) -> Command:
    """The options that describe a simulated platform."""
    from workshop_rehearsal.limits import MOST_NODES, MOST_PEOPLE  # noqa: PLC0415  # each command loads this file
    from workshop_rehearsal.world.places import ALL  # noqa: PLC0415

    for option in reversed(
        [
            click.option(
                "--scenario", default="september-2024", show_default=True, metavar="NAME", help="What happens."
            ),
            click.option(
                "--speed",
                default=1.0,
                show_default=True,
                type=click.FloatRange(0.1, 600),
                help="Times faster than life.",
            ),
            click.option("--seed", default=1, show_default=True, help="Another seed, another history."),
            click.option(
                "--people", type=click.IntRange(1, MOST_PEOPLE), help="How many people come.  [default: the scenario's]"
            ),
            click.option(
                "--nodes",
                type=click.IntRange(1, MOST_NODES),
                help="How many nodes a region has.  [default: the scenario's]",
            ),
            click.option(
                "--regions", type=click.IntRange(1, len(ALL)), help="How many regions there are.  [default: 3]"
            ),
            click.option(
                "--at",
                default="T-2d",
                show_default=True,
                metavar="MOMENT",
                help="Where to begin: T-2d, T-24h, live, T+10m, after.",
            ),
            click.option(
                "--rights",
                default="owner",
                show_default=True,
                metavar="ROLES",
                help="What the token may do in Coder: owner, template-admin, auditor, user-admin, member, or "
                "organization-admin and its kin; several joined by +.",
            ),
            click.option(
                "--licence/--no-licence", default=True, show_default=True, help="Whether Coder has its licence."
            ),
        ]
    ):
        command = option(command)
    return command
