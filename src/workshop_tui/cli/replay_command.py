"""`workshop-tui replay`"""

from __future__ import annotations

import asyncio
import importlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.duration_option import parse_duration
from workshop_tui.cli.opening import clock_of, database_of, guide_of, settings_or_none
from workshop_tui.cli.options import given, store_options
from workshop_tui.errors import UserError
from workshop_tui.model.local_time import parse_local
from workshop_tui.present.duration import local_time

if TYPE_CHECKING:
    from workshop_tui.model.workshop import Workshop
    from workshop_tui.session.live import Runtime
    from workshop_tui.session.replayed import Replay
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store

_MARK = re.compile(r"(alert|incident)\s*(\d+)")


@click.command("replay")
@store_options
@click.argument("workshop", required=False, default="")
@click.option("--at", "moment", metavar="MOMENT", help='Where to begin: "+12m", "14:37", "alert 3" or "incident 1".')
@click.pass_context
def command(
    context: click.Context, config_path: str | None, database_path: str | None, workshop: str, moment: str | None
) -> int:
    """Open a recording in the same rooms, with a timeline below them.

    WORKSHOP is its number or a part of its title. Everything is shown as it was at the replay's time, and nothing can
    be written. A recording that is still being made may be replayed meanwhile.

    Keys: space plays, [ ] a minute, { } ten seconds, < > speed, n N next and previous alert or incident, home end.
    """
    config, database = given(context, config_path, database_path)
    settings = settings_or_none(config)
    path = database_of(settings, database)
    found, begin = event_loop.run(find_recording(path, settings, workshop, moment))
    from workshop_tui.cli.control_room import show  # noqa: PLC0415  # loads Textual

    async def opener(_: str | None) -> Runtime:
        for module in ("workshop_tui.store.store", "workshop_tui.session.replayed"):
            await asyncio.to_thread(importlib.import_module, module)
        return await open_replay(path, settings, found, begin)

    return show(opener, replay=True)


async def open_replay(path: Path, settings: Settings | None, workshop: Workshop, begin: datetime | None) -> Replay:
    """Raises `WorkshopError`."""
    from workshop_tui.session.replayed import Replay  # noqa: PLC0415
    from workshop_tui.settings.settings import Settings as Some  # noqa: PLC0415
    from workshop_tui.store.store import Store  # noqa: PLC0415

    guide = await asyncio.to_thread(guide_of, settings)
    store = await Store.open_read_only(path, clock=clock_of(None))
    replay = Replay(settings or Some(), guide, store, workshop, begin)
    try:
        await replay.load()
    except BaseException:
        await replay.close()
        raise
    return replay


async def find_recording(
    path: Path, settings: Settings | None, wanted: str, moment: str | None
) -> tuple[Workshop, datetime | None]:
    """The workshop, and where to begin. Raises `UserError` with what there is to choose from."""
    from workshop_tui.store.store import Store  # noqa: PLC0415  # half a second of imports

    store = await Store.open_read_only(path, clock=clock_of(settings))
    try:
        workshop = await _workshop(store, wanted)
        return workshop, await _moment(store, workshop, moment) if moment else None
    finally:
        await store.close()


async def _workshop(store: Store, wanted: str) -> Workshop:
    """By number, else by a part of its title, else the only one that was recorded. Raises `UserError`."""
    recorded = [one for one in await store.workshops.all() if await store.recorded.span(one.id)]
    exact = [one for one in recorded if wanted in (str(one.id), one.title)]
    found = exact or [one for one in recorded if wanted.casefold() in one.title.casefold()]
    if len(found) == 1:
        return found[0]
    listed = "".join(
        f"\n  {one.id:>4}  {local_time(one.starts_at, one.timezone, '%Y-%m-%d %H:%M %Z')}  {one.title}"
        for one in reversed(found or recorded)
    )
    if not recorded:
        raise UserError(f"nothing was recorded in {store.path}: name another file with --db")
    said = f'several recordings match "{wanted}"' if found else f'no recording matches "{wanted}"'
    raise UserError(f"{said}; choose one by its number:{listed}")


async def _moment(store: Store, workshop: Workshop, text: str) -> datetime:
    """Raises `UserError`."""
    if (mark := _MARK.fullmatch(text.strip().casefold())) is not None:
        return await _mark(store, workshop, mark.group(1), int(mark.group(2)))
    sign, after = text.strip()[:1], parse_duration(text.strip()[1:])
    if sign in ("+", "-") and after is not None:
        return workshop.starts_at + (after if sign == "+" else -after)
    if re.fullmatch(r"\d{1,2}:\d{2}", text.strip()):
        date = local_time(workshop.starts_at, workshop.timezone, "%Y-%m-%d")
        at = parse_local(f"{date} {text.strip()}", workshop.timezone)
        return at if at >= workshop.starts_at - timedelta(hours=12) else at + timedelta(days=1)
    raise UserError(f'--at "{text}": expected +12m, 14:37, alert 3 or incident 1')


async def _mark(store: Store, workshop: Workshop, kind: str, number: int) -> datetime:
    """Alerts and incidents count from 1 in each workshop."""
    if kind == "alert":
        times = [alert.raised_at for alert in await store.alerts.all(workshop.id)]
    else:
        times = [incident.opened_at for incident in await store.incidents.all(workshop.id)]
    if not 1 <= number <= len(times):
        raise UserError(f"--at {kind} {number}: the recording has {len(times)} {kind}{'s' * (len(times) != 1)}")
    return times[number - 1]
