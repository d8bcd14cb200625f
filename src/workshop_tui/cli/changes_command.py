"""`workshop-tui changes`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import clock_of, needed_settings, open_store, person_of
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say, say_json
from workshop_tui.errors import SourceError, UserError
from workshop_tui.present.duration import age
from workshop_tui.present.platform_changes import standing

if TYPE_CHECKING:
    from workshop_tui.model.smoke import PlatformChange
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store


@click.command("changes")
@store_options
@click.option("--undo", "undo_id", type=int, metavar="ID", help="Undo this one, after a yes.")
@click.option("--yes", "agreed", is_flag=True, help="Undo it without being asked.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    undo_id: int | None,
    *,
    agreed: bool,
    as_json: bool,
) -> int:
    """List what was changed on the platform and is not undone; undo one.

    Exit codes: 0 nothing is left, or what was asked for is undone; 1 something is left; 2 wrong use or settings.
    """
    config, database = given(context, config_path, database_path)
    settings = needed_settings(config)
    if undo_id is not None:
        return event_loop.run(_undo(settings, database, undo_id, agreed=agreed))
    left = event_loop.run(_left(settings, database))
    if as_json:
        say_json({"format": 1, "changes": [_document(change) for change in left]})
        return 1 if left else 0
    if not left:
        say("Nothing of ours is left on the platform.")
    now = clock_of(settings).now()
    for change in left:
        say(f"{change.id:>3}  {change.target}: {standing(change)}")
        say(f"     {age(change.planned_at, now)} ago by {change.by}; undone by: {change.undo}")
    return 1 if left else 0


async def _left(settings: Settings, database: str | None) -> tuple[PlatformChange, ...]:
    store = await open_store(settings, database)
    try:
        return await store.platform_changes.left()
    finally:
        await store.close()


async def _undo(settings: Settings, database: str | None, undo_id: int, *, agreed: bool) -> int:
    store = await open_store(settings, database)
    try:
        return await _undo_one(settings, store, undo_id, agreed=agreed)
    finally:
        await store.close()


async def _undo_one(settings: Settings, store: Store, undo_id: int, *, agreed: bool) -> int:
    from workshop_tui.actions.cluster_actions import ClusterActions  # noqa: PLC0415  # loads the clients

    change = next((one for one in await store.platform_changes.left() if one.id == undo_id), None)
    if change is None:
        raise UserError(f"no change {undo_id} is left to undo: see `workshop-tui changes`")
    actions = ClusterActions(settings, store.platform_changes, person_of(settings))
    try:
        plan = await actions.plan_revert(change)
        for line in plan.lines:
            say(line)
        if not agreed:
            click.confirm("Undo it?", abort=True)
        await actions.revert(change, plan)
    except SourceError as error:
        say(f"not undone: {error.message}", err=True)
        return 1
    finally:
        await actions.close()
    say(f"undone: {plan.action.target} {plan.action.effect}")
    return 0


def _document(change: PlatformChange) -> dict[str, object]:
    return {
        "id": change.id,
        "target": change.target,
        "effect": change.effect,
        "undo": change.undo,
        "by": change.by,
        "planned_at": change.planned_at.isoformat(),
        "done_at": change.done_at.isoformat() if change.done_at else None,
    }
