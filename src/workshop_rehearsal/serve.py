"""The entry: run the rehearsal platform until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from workshop_rehearsal.moment import parse_at
from workshop_rehearsal.platform import Platform, PlatformOptions
from workshop_rehearsal.scenario import scenario_names
from workshop_rehearsal.servers.coder_licence import Edition
from workshop_rehearsal.start import serving

__all__ = ["Edition", "Platform", "PlatformOptions", "parse_at", "run", "scenario_names", "serving"]

PARENT_LOOK_S = 1.0


def run(options: PlatformOptions) -> None:
    """Blocking, until SIGTERM or SIGINT, or until what the options name is gone. Raises `RehearsalError`."""
    with contextlib.ExitStack() as stack:
        if options.config_path is None:
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="workshop-rehearsal-"))
            options = replace(options, config_path=Path(directory) / "settings.toml")
        # What a large world consists of stays: looking through it for garbage would take a third of the start.
        gc.disable()
        asyncio.run(_run(options))


async def _run(options: PlatformOptions) -> None:
    async with _until_stopped(options) as stopped, serving(options) as platform:
        sys.stderr.write(f"the rehearsal platform listens; its settings are in {platform.files.path}\n")
        sys.stderr.flush()
        gc.freeze()
        gc.enable()
        stopping = asyncio.ensure_future(stopped.wait())
        await asyncio.wait((stopping, platform.ticking), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()


@contextlib.asynccontextmanager
async def _until_stopped(options: PlatformOptions) -> AsyncIterator[asyncio.Event]:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    async with contextlib.AsyncExitStack() as stack:
        if options.until_stdin_closes:
            transport, _ = await loop.connect_read_pipe(lambda: _Pipe(stopped), sys.stdin)
            stack.callback(transport.close)
        if options.parent_pid is not None:
            _watch_parent(loop, options.parent_pid, stopped)
        yield stopped


class _Pipe(asyncio.Protocol):
    """Sets the event when the other end closes."""

    def __init__(self, stopped: asyncio.Event) -> None:
        self._stopped = stopped

    def connection_lost(self, exc: Exception | None) -> None:
        self._stopped.set()


def _watch_parent(loop: asyncio.AbstractEventLoop, parent_pid: int, stopped: asyncio.Event) -> None:
    if os.getppid() != parent_pid:
        stopped.set()
    else:
        loop.call_later(PARENT_LOOK_S, _watch_parent, loop, parent_pid, stopped)
