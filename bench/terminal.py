"""Times a terminal program from outside, on a pseudo-terminal of a given size."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil
import pyte


@dataclass(frozen=True)
class Figures:
    first_text_s: float
    """From the start to the first text on the screen."""
    marker_s: float
    """From the start to the marker."""
    idle_share: float
    """Of one core, after the marker; 0..1."""
    memory_mib: float
    """Resident, of the program itself, not of processes that it started."""


def measure(
    command: Sequence[str], marker: str, *, keys: str = "", settle_s: float = 0, size: tuple[int, int] = (120, 40)
) -> Figures:
    """`keys` are pressed when the marker is there. Raises `TimeoutError` when it does not appear within a minute."""
    columns, rows = size
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(columns), LINES=str(rows))
        os.execvp(command[0], list(command))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = psutil.Process(pid)
    try:
        first = _pump(terminal, stream, 60, lambda: any(line.strip() for line in screen.display))
        if first is None:
            raise TimeoutError(f"no text from {command}")
        found = _pump(terminal, stream, 60, lambda: any(marker in line for line in screen.display))
        if found is None:
            raise TimeoutError(f"{marker!r} never appeared; the screen was:\n" + "\n".join(screen.display))
        idle = 0.0
        if settle_s:
            os.write(terminal, keys.encode())
            _pump(terminal, stream, 3, lambda: False)
            before, since = _cpu_s(process), time.perf_counter()
            _pump(terminal, stream, settle_s, lambda: False)
            idle = (_cpu_s(process) - before) / (time.perf_counter() - since)
        memory = process.memory_info().rss / 2**20
    finally:
        process.send_signal(signal.SIGTERM)
        _pump(terminal, stream, 1, lambda: False)
        process.kill()
        os.waitpid(pid, 0)
        os.close(terminal)
    return Figures(first - began, found - began, idle, memory)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _pump(terminal: int, stream: pyte.ByteStream, seconds: float, done: Callable[[], bool]) -> float | None:
    """Feed the screen until `done`; when it was, or None when the time ran out or the program ended."""
    until = time.perf_counter() + seconds
    while not done():
        left = until - time.perf_counter()
        if left <= 0:
            return None
        readable, _, _ = select.select([terminal], [], [], min(left, 0.02))
        if readable:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                return None
            if not data:
                return None
            if b"\x1b[6n" in data:
                os.write(terminal, b"\x1b[1;1R")
            stream.feed(data)
    return time.perf_counter()


class Terminal:
    """A program on a pseudo-terminal, to be driven step by step."""

    def __init__(self, command: Sequence[str], size: tuple[int, int] = (120, 40)) -> None:
        self._command = list(command)
        self._columns, self._rows = size

    def __enter__(self) -> Terminal:
        self._screen = pyte.Screen(self._columns, self._rows)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp(self._command[0], self._command)
        size = struct.pack("HHHH", self._rows, self._columns, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGTERM)
        self.drain(1)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def wait_for(self, marker: str, seconds: float = 120) -> None:
        """Raises `TimeoutError` with the screen."""
        shown = lambda: any(marker in line for line in self._screen.display)  # noqa: E731
        if _pump(self._terminal, self._stream, seconds, shown) is None:
            raise TimeoutError(f"{marker!r} never appeared; the screen was:\n" + "\n".join(self._screen.display))

    def drain(self, seconds: float) -> None:
        _pump(self._terminal, self._stream, seconds, lambda: False)

    def time_key(self, key: str) -> float:
        """Seconds from a key, pressed while the program is quiet, to its first output."""
        self.drain(0.1)
        self._screen.dirty.clear()
        began = time.perf_counter()
        self.press(key)
        changed = _pump(self._terminal, self._stream, 10, lambda: bool(self._screen.dirty))
        if changed is None:
            raise TimeoutError(f"no answer to {key!r}")
        return changed - began

    def cpu_s(self) -> float:
        return _cpu_s(psutil.Process(self.pid))
