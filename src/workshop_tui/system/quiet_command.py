"""Runs a command that prints something for us, and cannot be held up by it."""

from __future__ import annotations

import atexit
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

_MOST_BYTES = 2**20
"""Of what it prints; what comes after is thrown away."""
_LOOK_EVERY_S = 0.05
"""Whether it has ended: no pipe tells that, while a process that it left behind holds them open."""
_READ_AFTER_END_S = 0.2
_live: set[int] = set()
"""Process groups that were started here and have not ended."""


@dataclass(frozen=True, slots=True)
class CommandOutput:
    exit_code: int
    """Negative: the signal that ended it."""
    stdout: bytes
    stderr: bytes

    @property
    def last_words(self) -> str:
        """The last line that it wrote to its error output and is not empty; not masked."""
        lines = self.stderr.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def run_quietly(command: Sequence[str], limit_s: float, environment: Mapping[str, str] | None = None) -> CommandOutput:
    """Blocking, at most `limit_s`: then the command is ended with all that it started, as it is when we end.

    What it leaves behind is not waited for: once it has ended, its output is read for 0.2 s at most. It has a session
    of its own, no terminal, and nothing on its input. Raises `OSError`, `TimeoutError`.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    _live.add(process.pid)
    try:
        return _read(process, time.monotonic() + limit_s)
    finally:
        _end(process.pid)
        process.wait()
        _live.discard(process.pid)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _read(process: subprocess.Popen[bytes], until_s: float) -> CommandOutput:
    found: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
    ended = False
    with selectors.DefaultSelector() as selector:
        for name in found:
            selector.register(getattr(process, name), selectors.EVENT_READ, name)
        while selector.get_map():
            if not ended and process.poll() is not None:
                ended, until_s = True, time.monotonic() + _READ_AFTER_END_S
            left_s = until_s - time.monotonic()
            if left_s <= 0 and not ended:
                raise TimeoutError
            for key, _ in selector.select(min(left_s, _LOOK_EVERY_S)):
                piece = os.read(key.fd, 65536)
                if not piece:
                    selector.unregister(key.fileobj)
                found[key.data] += piece[: _MOST_BYTES - len(found[key.data])]
            if left_s <= 0:  # after a last look at what is there
                break
    try:
        exit_code = process.wait(max(until_s - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    return CommandOutput(exit_code, bytes(found["stdout"]), bytes(found["stderr"]))


def end_all() -> None:
    """End what still runs: when we leave, it would be left behind."""
    for group in tuple(_live):
        _end(group)


def _end(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


atexit.register(end_all)
