"""A request to end ends a command, unless whoever started it turned that request off."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

_PROGRAM = """
import asyncio, os, signal
from workshop_tui.cli import event_loop

async def main():
    os.kill(os.getpid(), signal.SIG{name})
    for _ in range(100):
        await asyncio.sleep(0)

event_loop.run(main())
"""


@pytest.mark.parametrize(("name", "number"), [("HUP", 1), ("INT", 2), ("TERM", 15)])
@pytest.mark.parametrize("ignored", [False, True])
def test_a_request_to_end_that_was_ignored_at_the_start_stays_ignored(name: str, number: int, ignored: bool) -> None:
    def as_at_the_start() -> None:
        """Whatever the shell that runs the tests, under `nohup` for one, has turned off."""
        signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)

    command = [sys.executable, "-c", _PROGRAM.format(name=name)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=as_at_the_start,  # it only sets a signal
    )
    assert (done.returncode, done.stderr) == (0 if ignored else 128 + number, "")
