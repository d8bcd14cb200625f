"""Smoke tests as people run them: the program as a process of its own against the rehearsal platform."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import aiohttp
import pytest

PROGRAM = [sys.executable, "-m", "workshop_tui"]
REGIONS = ("ohio", "oregon", "london")
pytestmark = pytest.mark.xdist_group("smoke")


@contextmanager
def platform(scenario: str, directory: Path) -> Iterator[Path]:
    """The settings of a platform two days before its workshop, thirty times as fast as life."""
    settings = directory / "settings.toml"
    command = [*PROGRAM, "platform", "--scenario", scenario, "--speed", "30", "--write-config", str(settings)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + 60
        while not settings.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        yield settings
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with platform("calm", tmp_path_factory.mktemp("calm")) as settings:
        yield settings


def arguments(settings: Path, database: Path, *words: str) -> list[str]:
    return [*PROGRAM, "--config", str(settings), "--db", str(database), *words]


def run(settings: Path, database: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = arguments(settings, database, *words)
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, env=dict(os.environ))


def _hears_control_c() -> None:
    """Whoever runs the tests in the background ignores it, and children would too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(settings: Path, database: Path) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A smoke test that runs, and what it says as it goes."""
    command = arguments(settings, database, "check", "smoke-test", "--smoke", "--yes")
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hears_control_c,  # noqa: PLW1509  # no thread of the tests holds a lock that it needs
    )
    assert process.stderr
    try:
        yield process, process.stderr
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def until(said: IO[str], *words: str) -> list[str]:
    """Reads until each of the words was said."""
    lines, waiting = [], list(words)
    while waiting:
        line = said.readline()
        assert line, f"it ended before it said {waiting}: {lines}"
        lines.append(line)
        waiting = [word for word in waiting if word not in line]
    return lines


def outcome(done: subprocess.CompletedProcess[str]) -> dict[str | None, str]:
    (check,) = json.loads(done.stdout)["checks"]
    return {finding["region"]: f"{finding['outcome']}: {finding['message']}" for finding in check["findings"]}


def test_calm_passes_in_every_region_with_all_stages(calm: Path, tmp_path: Path) -> None:
    done = run(calm, tmp_path / "w.db", "check", "smoke-test", "--smoke", "--yes", "--json")
    found = outcome(done)
    assert set(found) == set(REGIONS)
    assert all(said.startswith(("pass: ready in", "warn: ready in")) for said in found.values()), found
    rows = [line.split() for line in done.stderr.splitlines() if line.strip().startswith("✓")]
    assert [row[1] for row in rows] == list(REGIONS)
    assert all(row.count("s") == 8 for row in rows), done.stderr
    assert "Nothing of a smoke test is left" in run(calm, tmp_path / "w.db", "doctor", "--clean").stdout


def test_september_fails_where_the_releases_differ_and_says_that_it_is_the_app(tmp_path: Path) -> None:
    with platform("september-2024", tmp_path) as settings:
        done = run(settings, tmp_path / "w.db", "check", "smoke-test", "--smoke", "--yes", "--json")
    found = outcome(done)
    assert done.returncode == 1
    assert found["ohio"].startswith(("pass: ready in", "warn: ready in"))
    for region in ("oregon", "london"):
        assert found[region].startswith("fail: app: code-server--wt-smoke-")
        assert found[region].endswith(f"{region.replace('london', 'emea')}-proxy.ai.rehearsal.test answers 404")


@pytest.mark.parametrize("moment", ["starts wt-smoke-", "runs a command inside"])
def test_killed_at_any_moment_everything_is_removed_at_the_next_start(calm: Path, tmp_path: Path, moment: str) -> None:
    database = tmp_path / "w.db"
    with started(calm, database) as (process, said):
        until(said, *(f"{region}: {moment}" for region in REGIONS))
        process.send_signal(signal.SIGKILL)
        process.wait()
    left = run(calm, database, "doctor").stdout
    names = set(re.findall(r"wt-smoke-[0-9a-f]{8}", left))
    assert len(names) == len(REGIONS)
    done = run(calm, database, "doctor", "--clean")
    assert done.returncode == 0, done.stdout
    assert sorted(done.stdout.splitlines()) == [f"workspace {name}: removed" for name in sorted(names)]
    assert not names & workspaces(calm)
    assert "Nothing of a smoke test is left" in run(calm, database, "doctor", "--clean").stdout


def test_control_c_removes_what_was_started_before_it_ends(calm: Path, tmp_path: Path) -> None:
    database = tmp_path / "w.db"
    with started(calm, database) as (process, said):
        until(said, *(f"{region}: agent" for region in REGIONS))
        process.send_signal(signal.SIGINT)
        until(said, *(f"{region}: stopped, and removed" for region in REGIONS))
        assert process.wait(60) != 0
    assert "Nothing of a smoke test is left" in run(calm, database, "doctor", "--clean").stdout


def workspaces(settings: Path) -> set[str]:
    """Names of all that Coder lists, asked without our clients."""
    document = tomllib.loads(settings.read_text())
    url = urlsplit(document["coder"]["url"])
    trust = ssl.create_default_context(cafile=document["network"]["ca_file"])
    headers = {
        "Host": url.netloc,
        "Coder-Session-Token": Path(document["coder"]["token"]["file"]).read_text(),
    }

    async def ask() -> set[str]:
        address = f"https://127.0.0.1:{url.port}/api/v2/workspaces"
        async with (
            aiohttp.ClientSession() as session,
            session.get(address, headers=headers, ssl=trust, server_hostname=url.hostname) as answer,
        ):
            assert answer.status == 200
            return {one["name"] for one in (await answer.json())["workspaces"]}

    return asyncio.run(ask())
