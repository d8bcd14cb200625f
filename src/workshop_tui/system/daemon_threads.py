"""Threads for blocking work that waits for no other, and for which the end of the program does not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_Result = TypeVar("_Result")
_Parameters = ParamSpec("_Parameters")


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
