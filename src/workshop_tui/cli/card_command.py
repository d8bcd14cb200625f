"""`workshop-tui card`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import clock_of, guide_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say
from workshop_tui.cli.workshop_store import find_workshop, with_store
from workshop_tui.errors import UserError
from workshop_tui.model.item import ItemState
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.card import card_rows, card_standing
from workshop_tui.session.checklist import build_checklist

if TYPE_CHECKING:
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store


@click.command("card")
@store_options
@click.argument("workshop", required=False)
@click.pass_context
def command(context: click.Context, config_path: str | None, database_path: str | None, workshop: str | None) -> int:
    """Judge the T-0 card's sensed lines now, and print the card of WORKSHOP (default: the current one).

    Exit codes: 0 all is confirmed, 1 something is left, 2 wrong use or settings.
    """
    config, database = given(context, config_path, database_path)
    needed_settings(config)

    async def read(store: Store, settings: Settings | None) -> tuple[Workshop, dict[str, ItemState]]:
        now = clock_of(settings).now()
        found = await find_workshop(store, workshop) if workshop else await store.workshops.current(now)
        if found is None:
            raise UserError("no workshop yet: enter one with `workshop-tui workshops new`")
        return found, await store.items.load(found.id)

    of_workshop, items = with_store(context, config_path, database_path, read)
    from workshop_tui.cli.run_checks import run_checks  # noqa: PLC0415  # loads the clients

    settings = needed_settings(config)
    guide = guide_of(settings)
    named = {check_id for line in guide.card for check_id in line.sensed_by}
    checks = tuple(check for check in all_checks() if check.id in named)
    results = event_loop.run(run_checks(settings, checks, clock_of(settings), database))
    checklist = build_checklist(
        guide,
        of_workshop,
        items,
        {result.check_id: result for result in results},
        {check.id for check in checks},
        {},
        {check.id for check in checks if check.recorded},
    )
    for row in card_rows(checklist.card):
        mark, title, said = (cell.text for cell in row.cells)
        say(f"{mark}  {title}  ({said})")
    say(card_standing(checklist.card).text)
    return 0 if all(view.settled for view in checklist.card) else 1
