"""Opens the terminal control room; everything slow happens after its first frame."""

from __future__ import annotations

import asyncio
import gc
import importlib
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from workshop_tui.cli import event_loop
from workshop_tui.cli.gc_tuning import collecting_when_quiet, relax_gc
from workshop_tui.cli.say import say
from workshop_tui.system.last_resort import LastResort

if TYPE_CHECKING:
    from workshop_tui.app.control_room import ControlRoom
    from workshop_tui.session.live import Runtime

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def show(opener: Callable[[str | None], Awaitable[Runtime]], *, replay: bool = False) -> int:
    """Run the terminal program until the person leaves. Returns the exit code: 128 + the signal that ended it.

    `opener` gets the path of another database file where the person chose one.
    """
    gc.disable()  # what is loaded now stays: looking for garbage in it costs a tenth of the start
    from workshop_tui.cli.log import log_to_file  # noqa: PLC0415  # loads logging.handlers

    log_to_file()
    rooms: type[ControlRoom]
    if replay:
        from workshop_tui.app.replay import ReplayRooms as rooms  # noqa: PLC0415, N813  # loads Textual
    else:
        from workshop_tui.app.control_room import ControlRoom as rooms  # noqa: PLC0415, N813  # loads Textual
    app = rooms(lambda: _opened(opener, None), opener_of=lambda path: _opened(opener, str(path)))
    app.last_resort = LastResort(app.not_on_disk, app.give_terminal_back)
    event_loop.run(_run(app, app.last_resort), app.last_resort)
    if app.last_words:
        say(f"workshop-tui: {app.last_words}", err=True)
    if app.crash is not None:
        raise app.crash
    return app.return_code or 0


async def _opened(opener: Callable[[str | None], Awaitable[Runtime]], path: str | None) -> Runtime:
    try:
        return await opener(path)
    finally:
        relax_gc()


async def _run(app: ControlRoom, last_resort: LastResort) -> None:
    """A request to end keeps what was typed and gives the terminal back; a second one ends at once."""
    loop = asyncio.get_running_loop()

    def asked(number: int) -> None:
        for ending in _ENDING:
            loop.remove_signal_handler(ending)
        last_resort.arm(128 + number)
        app.call_later(app.leave_at_once, 128 + number)

    for number in _ENDING:
        loop.add_signal_handler(number, asked, number)
    async with collecting_when_quiet():
        await app.run_async()


async def open_runtime(
    config: str | None,
    database: str | None,
    *,
    prepare: Callable[[Runtime], Awaitable[None]] | None = None,
) -> Runtime:
    """Imports in a thread, so that the screen stays alive; then settings, guide, store and the last known data."""
    for module in ("workshop_tui.cli.opening", "workshop_tui.store.store", "workshop_tui.session.live"):
        await asyncio.to_thread(importlib.import_module, module)
    from workshop_tui.cli import opening  # noqa: PLC0415
    from workshop_tui.session.live import Runtime  # noqa: PLC0415

    settings = await asyncio.to_thread(opening.needed_settings, config)
    guide = await asyncio.to_thread(opening.guide_of, settings)
    store = await opening.open_store(settings, database)
    runtime = Runtime(settings, guide, store, opening.clock_of(settings), opening.person_of(settings))
    try:
        if prepare is not None:
            await prepare(runtime)
        await runtime.load()
    except BaseException:
        await runtime.close()
        raise
    return runtime
