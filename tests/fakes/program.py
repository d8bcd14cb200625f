"""A server program of the machine, on a loopback port of its own for as long as a test needs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_STARTS_WITHIN_S = 60.0
_ENDS_WITHIN_S = 10.0
_TRIES = 3


def find_program(name: str, package: str) -> str:
    """Its path. Without it the test is skipped; in CI it fails."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    return _found(found, f'no "{name}" on this machine: install Debian\'s package {package}')


def find_made(path: Path, script: str) -> str:
    """The path of a program that a script of ours installs. Without it the test is skipped; in CI it fails."""
    return _found(str(path) if path.exists() else None, f"no {path.name} here: run {script}")


def _found(path: str | None, missing: str) -> str:
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@contextmanager
def running(
    command: Callable[[int], Sequence[str]], directory: Path, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Starts `command(port)` in a directory and yields the port once it listens there."""
    for tries_left in reversed(range(_TRIES)):
        port = _free_port()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                command(port),
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(directory), **(environment or {})},
            )
            try:
                if _listens(process, port):
                    yield port
                    return
                if not tries_left:
                    output.seek(0)
                    told = output.read().decode("utf-8", "replace")[-2000:]
                    pytest.fail(f"{process.args!r} did not listen on port {port} ({process.poll()}):\n{told}")
            finally:
                _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """False when it ended or took too long: another program may have taken the port in between."""
    deadline_s = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline_s:
        with socket.socket() as probe:
            probe.settimeout(1)
            answered = probe.connect_ex(("127.0.0.1", port)) == 0
        if process.poll() is not None:
            return False
        if answered:
            return True
        time.sleep(0.02)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
