"""`workshop-tui capacity`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import clock_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say, say_json
from workshop_tui.cli.workshop_store import find_workshop, with_store
from workshop_tui.errors import UserError
from workshop_tui.model.source import SourceKey
from workshop_tui.report.capacity_text import capacity_document, capacity_lines

if TYPE_CHECKING:
    from workshop_tui.model.capacity import Capacity
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.settings.settings import Settings
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
@click.option(
    "--build-s",
    type=click.FloatRange(1, 7200),
    help="What one build takes.  [default: what was measured, else the target]",
)
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
    """Plan what WORKSHOP's people need and how long they wait; without WORKSHOP: the current one.

    Asks the clusters and Coder once what workspaces take and how long their builds took, and compares with the last
    workshop that was recorded.
    """
    settings = needed_settings(given(context, config_path, database_path)[0])

    async def read(store: Store, _: Settings | None) -> tuple[Workshop, Capacity]:
        if workshop is not None:
            found = await find_workshop(store, workshop)
        else:
            current = await store.workshops.current(clock_of(settings).now())
            if current is None:
                raise UserError("no workshop yet: enter one with `workshop-tui workshops new`")
            found = current
        return found, await _ask(found, store, settings, people, within_minutes * 60, build_s)

    found, plan = with_store(context, config_path, database_path, read)
    if as_json:
        say_json(capacity_document(plan, found.id))
    else:
        say("\n".join(capacity_lines(plan)))


async def _ask(
    workshop: Workshop, store: Store, settings: Settings, people: int | None, within_s: float, build_s: float | None
) -> Capacity:
    from workshop_tui.collectors.assembly import assemble  # noqa: PLC0415  # heavy
    from workshop_tui.observing.collect_once import collect_once  # noqa: PLC0415
    from workshop_tui.session.capacity_plan import CAPACITY_SOURCES, known_of, plan_of  # noqa: PLC0415

    clock, assembly = clock_of(settings), assemble(settings)
    kinds = {kind.name for kind in CAPACITY_SOURCES}
    try:
        keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources if source.kind.name in kinds]
        readings = await collect_once(assembly.sources, keys, clock)
    finally:
        await assembly.close()
    return await plan_of(
        await known_of(workshop, store),
        readings,
        settings,
        clock,
        expected=keys,
        people=people,
        within_s=within_s,
        build_s=build_s,
    )
