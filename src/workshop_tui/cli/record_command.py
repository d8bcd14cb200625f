"""`workshop-tui record`"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.duration_option import Duration
from workshop_tui.cli.gc_tuning import collecting_when_quiet
from workshop_tui.cli.opening import clock_of, guide_of, needed_settings, open_store, person_of
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say
from workshop_tui.errors import UserError
from workshop_tui.system.last_resort import LastResort

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime

_SAY_EVERY_S = 60.0


@click.command("record")
@store_options
@click.option(
    "--for", "lasts", type=Duration(), metavar="DURATION", help="e.g. 90m or 1h30m.  [default: until stopped]"
)
@click.option("--workshop", metavar="ID", help="Its number or title.  [default: the current one]")
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    lasts: timedelta | None,
    workshop: str | None,
) -> int:
    """Record a workshop without a screen; replay it later, or meanwhile in another window.

    Prints one line each minute. Ctrl+C or a request to end stops it, with everything on disk; under nohup it outlives
    its terminal. Where another window records already, it waits, and takes over when that one ends.

    Exit codes: 0 recorded, 2 wrong use or settings, or the database failed at the end, 3 recorded, but some source
    never answered, or another window recorded all the time.
    """
    config, database = given(context, config_path, database_path)
    resort = LastResort()
    return event_loop.run(_record(config, database, lasts, workshop, resort), resort)


async def _record(
    config: str | None,
    database: str | None,
    lasts: timedelta | None,
    wanted: str | None,
    resort: LastResort,
) -> int:
    from workshop_tui.cli.workshop_store import find_workshop  # noqa: PLC0415
    from workshop_tui.session.live import Runtime  # noqa: PLC0415  # loads the checks

    settings = needed_settings(config)
    runtime = Runtime(
        settings, guide_of(settings), await open_store(settings, database), clock_of(settings), person_of(settings)
    )
    resort.unsaved = runtime.unsaved
    try:
        await runtime.load()
        if wanted is not None:
            await runtime.choose(await find_workshop(runtime.store, wanted))
        if runtime.workshop is None:
            raise UserError("no workshop yet: enter one with `workshop-tui workshops new`")
        say(f"Recording workshop {runtime.workshop.id} ({runtime.workshop.title}) into {runtime.store.path}")
        await _run(runtime, lasts, resort)
        say(f"Stopped. {_line(runtime)}")
        if runtime.trouble or runtime.unsaved():
            raise UserError(f"not on disk: {runtime.unsaved() or 'what was seen last'}: {runtime.trouble}")
        observation = runtime.observation
        silent = not observation or any(reading.taken_at is None for reading in observation.readings.values())
        return 3 if silent or not runtime.recorded_count else 0
    finally:
        await runtime.close()


async def _run(runtime: Runtime, lasts: timedelta | None, resort: LastResort) -> None:
    """Until the time is over or somebody asks to end; an error of the program ends it too."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop(number: int) -> None:
        resort.arm(128 + number)
        stopped.set()

    for number in event_loop.requests_to_end():
        loop.add_signal_handler(number, stop, number)
    recording = asyncio.create_task(runtime.run())
    speaking = asyncio.create_task(_say(runtime))
    stopping = asyncio.create_task(stopped.wait())
    seconds = lasts.total_seconds() if lasts else None
    try:
        async with collecting_when_quiet():
            await asyncio.wait((recording, stopping), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (recording, speaking, stopping):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await recording
        await asyncio.gather(speaking, stopping, return_exceptions=True)


async def _say(runtime: Runtime) -> None:
    while True:
        await asyncio.sleep(_SAY_EVERY_S)
        say(_line(runtime))


def _line(runtime: Runtime) -> str:
    """`14:37 UTC  1240 values  2 alerts open  1 source failing: pods/london (timeout)`, and who else records."""
    observation, record = runtime.observation, runtime.record
    readings = observation.readings if observation else {}
    failing = [f"{key} ({reading.error.kind})" for key, reading in readings.items() if reading.error]
    alerts = sum(alert.open for alert in record.alerts) if record else 0
    parts = [
        runtime.clock.now().strftime("%H:%M UTC"),
        f"{runtime.recorded_count} values",
        f"{alerts} {'alert' if alerts == 1 else 'alerts'} open",
        f"{len(failing)} {'source' if len(failing) == 1 else 'sources'} failing"
        + (f": {', '.join(sorted(failing))}" if failing else ""),
    ]
    if runtime.recorded_by:
        parts.append(f"recorded by {runtime.recorded_by}")
    if runtime.trouble:
        parts.append(runtime.trouble)
    return "  ".join(parts)
