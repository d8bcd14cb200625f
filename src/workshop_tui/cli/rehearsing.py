"""The control room on the simulated platform, which runs as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_tui import paths
from workshop_tui.cli.control_room import open_runtime, show
from workshop_tui.errors import UserError

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime

_START_WITHIN_S = 60.0
_PERSON = "the rehearsal"


def rehearse(
    *,
    scenario: str = "september-2024",
    arguments: Sequence[str] = ("--scenario", "september-2024"),
    database: str | None = None,
    fresh: bool = False,
) -> int:
    """Start the platform, open the control room on it, stop both together. Returns the exit code."""
    with platform_process(scenario, arguments) as (process, config):

        async def opener(other: str | None) -> Runtime:
            await _wait_until_written(process, config)
            return await open_runtime(
                str(config), other or database, prepare=lambda runtime: continue_workshop(runtime, fresh=fresh)
            )

        return show(opener)


@contextlib.contextmanager
def platform_process(scenario: str, arguments: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The platform ends with us, however we end: it reads our end of a pipe."""
    _clear_away_left_ones()
    directory = paths.rehearsal_directory() / f"{scenario}-{os.getpid()}"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = directory / "settings.toml"
    log = directory / "platform.log"
    with open(log, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "workshop_tui",
                "platform",
                *arguments,
                "--write-config",
                str(config),
                "--until-stdin-closes",
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process, config
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(directory)


def _clear_away_left_ones() -> None:
    """Of rehearsals that were killed; a folder's name ends with the number of its process."""
    for directory in paths.rehearsal_directory().glob("*-*"):
        number = directory.name.rpartition("-")[2]
        try:
            os.kill(int(number), 0)
        except (ValueError, PermissionError):
            continue
        except ProcessLookupError:
            shutil.rmtree(directory, ignore_errors=True)


async def _wait_until_written(process: subprocess.Popen[bytes], config: Path) -> None:
    try:
        async with asyncio.timeout(_START_WITHIN_S):
            while not await asyncio.to_thread(config.exists):
                if process.poll() is not None:
                    last = (config.parent / "platform.log").read_text(errors="replace").strip().splitlines()[-1:]
                    raise UserError(f"the rehearsal platform ended: {last[0] if last else process.returncode}")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise UserError(f"the rehearsal platform did not start within {_START_WITHIN_S:.0f} s") from None


async def continue_workshop(runtime: Runtime, *, fresh: bool) -> None:
    """The rehearsal's own workshop: the last one, moved to this rehearsal's time, or a new one."""
    rehearsal = runtime.settings.rehearsal
    if rehearsal is None:
        raise UserError("these settings are not a rehearsal's")
    title = f"Rehearsal: {rehearsal.scenario}"
    duration = timedelta(minutes=rehearsal.workshop_minutes)
    workshops = [w for w in await runtime.store.workshops.all() if w.title == title]
    if workshops and not fresh:
        newest = max(workshops, key=lambda workshop: workshop.id)
        await runtime.store.workshops.change(
            newest.id,
            _PERSON,
            starts_at=rehearsal.workshop_starts_at,
            duration=duration,
            expected_people=rehearsal.expected_people,
        )
        return
    await runtime.store.workshops.create(
        title, rehearsal.workshop_starts_at, duration, rehearsal.expected_people, local_zone(), _PERSON
    )


def local_zone() -> str:
    """This machine's IANA zone where it can be told, else UTC."""
    with contextlib.suppress(OSError, ValueError):
        link = os.readlink("/etc/localtime")
        if "zoneinfo/" in link:
            return link.split("zoneinfo/")[-1]
    return os.environ.get("TZ") or "UTC"
