"""Every command's event loop: blocking work waits for no other, and leaving waits for none of it."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from workshop_tui.clients.private_files import remove_what_was_left
from workshop_tui.last_resort import LastResort

_Result = TypeVar("_Result")
_Parameters = ParamSpec("_Parameters")
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DaemonThreads(ThreadPoolExecutor):
    """A thread for each piece of work, and no end of the program waits for it.

    A pool of a few threads is full as soon as so many look-ups, files or commands hang; then the store waits as well.
    """

    def submit(
        self, fn: Callable[_Parameters, _Result], /, *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> Future[_Result]:
        future: Future[_Result] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # whoever waits gets it
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="blocking work", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Waits for nothing."""


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
        resort.disarm()
