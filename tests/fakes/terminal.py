"""A program on a pseudo-terminal of its own, and what a person sees on it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

PROGRAM = (sys.executable, "-m", "workshop_tui")

_ENTER_ALTERNATE, _LEAVE_ALTERNATE = b"\x1b[?1049h", b"\x1b[?1049l"
_HIDE_CURSOR, _SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"
_ENDS_WITHIN_S = 10.0


class Terminal:
    """Runs `workshop-tui ARGUMENTS`; a thread reads all that it writes, so that it is never held up by us."""

    def __init__(
        self, *arguments: str, environment: Mapping[str, str | None] | None = None, size: tuple[int, int] = (120, 40)
    ) -> None:
        """`environment` is added to the test's own; None takes a name away. `size` is columns, rows."""
        self._command: Sequence[str] = (*PROGRAM, *arguments)
        added = {"PYTHON_COLORS": "0", **(environment or {})}
        self._environment = {
            name: value for name, value in {**os.environ, **added}.items() if value is not None and name != "COLUMNS"
        }
        self._size = size
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._over = False
        self._hung_up = threading.Event()
        self.output = bytearray()
        """All that was written to the terminal, in order."""

    def __enter__(self) -> Terminal:
        columns, rows = self._size
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            self._command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self._environment,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509  # nothing else makes the terminal the session's own
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(timeout=_ENDS_WITHIN_S)
        if not self._hung_up.is_set():
            os.close(self._ours)

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        with self._changed:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def type(self, keys: str) -> float:
        """Returns when it was typed (`time.monotonic`)."""
        os.write(self._ours, keys.encode())
        return time.monotonic()

    def until(self, *texts: str, within_s: float = 40) -> None:
        """All of these stand on the screen. Raises `TimeoutError` with the screen."""
        self.until_seen(lambda text: all(wanted in text for wanted in texts), repr(texts), within_s)

    def until_seen(self, seen: Callable[[str], bool], what: str, within_s: float = 40) -> None:
        deadline_s = time.monotonic() + within_s
        with self._changed:
            while not seen("\n".join(self._screen.display)):
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or self._over:
                    ended = f"the program ended ({self.process.poll()})" if self._over else f"not within {within_s} s"
                    raise TimeoutError(f"never came: {what}; {ended}; the screen was:\n{self.text}")
                self._changed.wait(left_s)

    def ended(self, within_s: float = _ENDS_WITHIN_S) -> int:
        """The exit code, once the program has ended and all that it wrote is read."""
        try:
            code = self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"did not end within {within_s} s; the screen was:\n{self.text}") from None
        self._reader.join(timeout=_ENDS_WITHIN_S)
        return code

    def kill(self) -> float:
        """SIGKILL; returns when."""
        at = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return at

    def hang_up(self) -> None:
        """As a closed window does: the terminal is gone, and the program hears SIGHUP."""
        self._hung_up.set()
        self._reader.join()
        os.close(self._ours)

    @property
    def is_given_back(self) -> bool:
        """The alternate screen was entered and left, the cursor hidden and shown, and lines are edited and echoed."""
        output = bytes(self.output)
        modes = termios.tcgetattr(self._ours)[3]
        return (
            -1 < output.rfind(_ENTER_ALTERNATE) < output.rfind(_LEAVE_ALTERNATE)
            and output.rfind(_HIDE_CURSOR) < output.rfind(_SHOW_CURSOR)
            and bool(modes & termios.ECHO)
            and bool(modes & termios.ICANON)
        )

    @property
    def last_words(self) -> str:
        """What was written after the alternate screen was left: what stays in the person's terminal."""
        _, _, after = bytes(self.output).rpartition(_LEAVE_ALTERNATE)
        screen = pyte.Screen(200, 50)
        pyte.ByteStream(screen).feed(after)
        return "\n".join(line.rstrip() for line in screen.display).strip()

    def _read(self) -> None:
        while data := self._some():
            if b"\x1b[6n" in data:
                with contextlib.suppress(OSError):
                    os.write(self._ours, b"\x1b[1;1R")
            with self._changed:
                self.output += data
                self._stream.feed(data)
                self._changed.notify_all()
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _some(self) -> bytes:
        """Empty when the last program has left the terminal, which Linux tells as EIO, or when we have."""
        while not self._hung_up.is_set():
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    return os.read(self._ours, 65536)
                except OSError:
                    break
        return b""


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
