"""`workshop-tui capacity`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import clock_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.workshop_store import find_workshop, with_store
from workshop_tui.errors import UserError
from workshop_tui.report.capacity import capacity_document, capacity_lines, people_of, plan_capacity

if TYPE_CHECKING:
    from workshop_tui.model.record import KeptLoad
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.settings import Settings
    from workshop_tui.store.store import Store


@click.command("capacity")
@store_options
@click.argument("workshop", required=False)
@click.option("--people", type=click.IntRange(0, 20_000), help="Plan for so many instead.")
@click.option(
    "--within-minutes",
    type=click.FloatRange(0, 600),
    default=0.0,
    show_default=True,
    help="People start evenly over so long; 0: all at once.",
)
@click.option("--build-s", type=click.FloatRange(1, 7200), help="What one build takes.  [default: the target]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    workshop: str | None,
    people: int | None,
    within_minutes: float,
    build_s: float | None,
    *,
    as_json: bool,
) -> None:
    """Plan what WORKSHOP's people need and how long they wait; without WORKSHOP: the current one."""
    settings = needed_settings(given(context, config_path, database_path)[0])

    async def read(store: Store, _: Settings | None) -> tuple[Workshop, KeptLoad | None]:
        if workshop is not None:
            found = await find_workshop(store, workshop)
        else:
            current = await store.workshops.current(clock_of(settings).now())
            if current is None:
                raise UserError("no workshop yet: enter one with `workshop-tui workshops new`")
            found = current
        return found, await store.expected_loads.newest(found.id)

    found, kept = with_store(context, config_path, database_path, read)
    expected, told_by = people_of(found, kept) if people is None else (people, "as given")
    plan = plan_capacity(expected, told_by, settings, within_minutes * 60, build_s)
    if as_json:
        click.echo(json.dumps(capacity_document(plan, found.id), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(capacity_lines(plan)))
