"""Every command's event loop: blocking work waits for no other, and leaving for none of it, or a second at most."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from workshop_tui.system.daemon_threads import DaemonThreads
from workshop_tui.system.last_resort import LastResort, finish
from workshop_tui.system.private_files import remove_what_was_left

_Result = TypeVar("_Result")
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def requests_to_end() -> Iterator[signal.Signals]:
    """Those that nobody turned off before us, as `nohup` does."""
    return (number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN)


def run(main: Coroutine[Any, Any, _Result], last_resort: LastResort | None = None) -> _Result:
    """The result of `main`, which a request to end cancels; then the process ends in time, with 128 + the signal.

    Who hears those requests itself arms a `last_resort` of its own and hands it over: it is disarmed here.
    """
    resort = last_resort or LastResort()
    asked: list[int] = []

    async def until_asked() -> _Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        loop.set_default_executor(DaemonThreads())
        loop.run_in_executor(None, remove_what_was_left)
        assert task is not None  # noqa: S101  # we run in one

        def end(number: int) -> None:
            asked.append(number)
            resort.arm(128 + number)
            task.cancel()

        hears = threading.current_thread() is threading.main_thread()  # no other thread may hear signals
        for number in requests_to_end() if hears else ():
            loop.add_signal_handler(number, end, number)
        return await main

    try:
        return asyncio.run(until_asked())
    except asyncio.CancelledError:
        raise SystemExit(128 + asked[0] if asked else 1) from None
    finally:
        finish()
        resort.disarm()
