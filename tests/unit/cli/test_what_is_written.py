"""Files that commands write: whole, private, and where a shell expects them."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import stat
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.noon import NOON
from fakes.terminal import PROGRAM
from workshop_tui import paths
from workshop_tui.cli.log import log_to_file
from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store

Run = Callable[..., subprocess.CompletedProcess[str]]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def write_workshop(path: Path) -> None:
    store = await Store.open(path, clock=Clock(wall=lambda: NOON))
    workshop = await store.workshops.create("December", NOON, timedelta(minutes=90), 20, "Europe/London", "Ann")
    await store.items.change(workshop.id, "plan.date", "Ann", note="n" * 30_000)
    await store.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    asyncio.run(write_workshop(tmp_path / "workshops.db"))
    (tmp_path / "settings.toml").write_text('person = "Ann"\n')

    def call(*words: object, limit_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
        def limit() -> None:
            if limit_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

        given = ["--config", tmp_path / "settings.toml", "--db", tmp_path / "workshops.db"]
        return subprocess.run(
            [*PROGRAM, *map(str, (*given, *words))], check=False, capture_output=True, text=True, preexec_fn=limit
        )

    return call


def test_an_export_is_for_the_person_alone(run, tmp_path):
    assert run("export", "1", "-o", tmp_path / "out").returncode == 0
    assert mode(tmp_path / "out/workshop-1.json") == 0o600


def test_an_export_onto_a_disk_that_is_full_leaves_the_last_one_and_says_so(run, tmp_path):
    run("export", "1", "-o", tmp_path)
    before = (tmp_path / "workshop-1.json").read_bytes()
    done = run("export", "1", "-o", tmp_path, limit_bytes=40_000)
    path = tmp_path / "workshop-1.json"
    assert done.stderr == f"workshop-tui: cannot write {path}: File too large; what was there is unchanged\n"
    assert done.returncode == 2
    assert path.read_bytes() == before
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".new")]


@pytest.mark.parametrize("output", ["-", "/dev/stdout"])
def test_an_invite_may_go_to_standard_output(run, tmp_path, output):
    done = run("workshops", "invite", "1", "-o", output)
    assert done.stdout.startswith("BEGIN:VCALENDAR")
    assert done.returncode == 0
    assert not Path("-").exists()


@pytest.mark.parametrize("words", [("export", "1"), ("workshops", "message", "1", "agenda")], ids=["export", "message"])
def test_a_dash_is_standard_output(run, words):
    assert run(*words, "-o", "-").stdout == run(*words).stdout != ""


@pytest.fixture
def log(isolated: Path) -> Iterator[Path]:
    yield paths.log_file()
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.name == "workshop-tui"]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(logging.WARNING)


def test_the_log_is_for_the_person_alone_also_one_that_was_open_to_all(log):
    log.parent.mkdir(parents=True)
    log.write_text("before\n")
    log.chmod(0o644)
    log_to_file()
    logging.getLogger("somebody").warning("words")
    assert log.read_text().startswith("before\n")
    assert "words" in log.read_text()
    assert mode(log) == 0o600


def test_a_log_that_was_turned_over_is_for_the_person_alone(log):
    log_to_file()
    for _ in range(12):
        logging.getLogger("somebody").warning("w" * 100_000)
    assert {path.name: mode(path) for path in log.parent.iterdir()} == {log.name: 0o600, f"{log.name}.1": 0o600}
