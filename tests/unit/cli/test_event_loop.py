"""A request to end ends a command, unless whoever started it turned that request off."""

from __future__ import annotations

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
    before = f"trap '' {name}; " if ignored else ""
    command = ["sh", "-c", f'{before}exec "$0" -c "$1"', sys.executable, _PROGRAM.format(name=name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0 if ignored else 128 + number, "")
