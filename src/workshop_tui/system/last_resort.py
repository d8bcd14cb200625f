"""Leaving ends in time, whatever hangs: a thread that needs no event loop ends the process."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from workshop_tui.system.quiet_command import end_all

LEAVES_WITHIN_S = 2.5
"""Of the three seconds that a person waits."""
_FINISHED_WITHIN_S = 1.0
"""So long an orderly end waits for what would be lost without it."""
_LOOK_EVERY_S = 0.02
unfinished: set[Callable[[], None]] = set()
"""Of work in threads that is under way: each takes away what it would leave behind if the process ended now."""


def finish() -> None:
    """Blocking, for a second at most: then what is still under way is given up."""
    until_s = time.monotonic() + _FINISHED_WITHIN_S
    while unfinished and time.monotonic() < until_s:
        time.sleep(_LOOK_EVERY_S)
    _give_up()


def _give_up() -> None:
    for take_away in tuple(unfinished):
        with suppress(Exception):
            take_away()


class LastResort:
    """Armed when somebody asks to leave; `unsaved` says what is not on disk, "" for nothing."""

    def __init__(self, unsaved: Callable[[], str] = lambda: "", restore: Callable[[], None] = lambda: None) -> None:
        """`restore` gives the terminal back. Both are called in a thread, and may fail."""
        self.unsaved = unsaved
        self._restore = restore
        self._timer: threading.Timer | None = None

    def arm(self, exit_code: int) -> None:
        """From now on the process ends within the limit; arming it again changes nothing."""
        if self._timer is None:
            self._timer = threading.Timer(LEAVES_WITHIN_S, self._end, (exit_code,))
            self._timer.daemon = True
            self._timer.start()

    def disarm(self) -> None:
        """Leaving ended, or somebody is asked first."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _end(self, exit_code: int) -> None:
        if self._timer is None:
            return
        end_all()
        _give_up()
        lost = "what was not saved yet"
        with suppress(Exception):
            lost = self.unsaved()
        with suppress(Exception):
            self._restore()
        said = f"not on disk: {lost}" if lost else "everything is on disk"
        with suppress(OSError, ValueError):
            os.write(
                sys.__stderr__.fileno() if sys.__stderr__ else 2, f"workshop-tui: something hangs; {said}\n".encode()
            )
        os._exit(exit_code)
