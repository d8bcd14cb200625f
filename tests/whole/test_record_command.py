"""`record` on the rehearsal platform, as a process of its own."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from workshop_tui.cli import workshop_tui
from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store

_PROGRAM = (sys.executable, "-m", "workshop_tui")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Path]:
    """The settings of a rehearsal platform ten minutes into the workshop."""
    config = tmp_path / "settings.toml"
    options = ["--scenario", "calm", "--at", "T+10m", "--speed", "10", "--nodes", "3", "--people", "6"]
    process = subprocess.Popen(
        [*_PROGRAM, "platform", *options, "--write-config", str(config)], stdout=subprocess.DEVNULL
    )
    while not config.exists():
        assert process.poll() is None
        time.sleep(0.05)
    yield config
    process.terminate()
    process.wait()


def record(config: Path, database: Path, *options: str, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    words = ["--config", str(config), "--db", str(database), "record", *options]
    return subprocess.Popen([*before, *_PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def make_workshop(database: Path) -> None:
    store = await Store.open(database, clock=Clock())
    await store.workshops.create("Recorded", Clock().now(), *_SHAPE)
    await store.close()


_SHAPE = (timedelta(minutes=75), 6, "UTC", "ana")


def test_it_records_until_it_is_asked_to_end_and_everything_is_on_disk(platform: Path, tmp_path: Path) -> None:
    database = tmp_path / "workshops.db"
    asyncio.run(make_workshop(database))
    first = record(platform, database, "--workshop", "Recorded")
    assert first.stdout is not None
    assert first.stdout.readline().startswith("Recording workshop 1 (Recorded)")
    wait_until_recorded(database)
    second = record(platform, database, "--for", "4s")
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 3
    assert "recorded by" in said
    assert "0 values" in said
    first.send_signal(signal.SIGTERM)
    said, errors = first.communicate(timeout=60)
    assert errors == ""
    assert first.returncode in (0, 3)
    with closing(sqlite3.connect(database)) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM readings").fetchone()
        (regions,) = connection.execute("SELECT count(DISTINCT region) FROM frames").fetchone()
        assert connection.execute("SELECT * FROM recorders").fetchall() == []
    assert f"{stored} values" in said
    assert regions >= 3


def wait_until_recorded(database: Path) -> None:
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        with closing(sqlite3.connect(database)) as connection:
            if connection.execute("SELECT count(*) FROM readings").fetchone()[0]:
                return
        time.sleep(0.1)
    pytest.fail("nothing was recorded in a minute")


def test_with_nohup_a_recording_outlives_its_terminal(platform: Path, tmp_path: Path) -> None:
    database = tmp_path / "workshops.db"
    asyncio.run(make_workshop(database))
    recording = record(platform, database, before=("nohup",))
    wait_until_recorded(database)
    recording.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        recording.wait(timeout=4)  # a request that is heard ends it within three seconds
    recording.send_signal(signal.SIGTERM)
    said, _ = recording.communicate(timeout=60)
    assert "Stopped." in said


def test_what_the_database_did_not_take_at_the_end_is_told_as_not_on_disk(platform: Path, tmp_path: Path) -> None:
    database = tmp_path / "workshops.db"
    asyncio.run(make_workshop(database))
    recording = record(platform, database)
    wait_until_recorded(database)
    database.unlink()
    time.sleep(1)  # as long as it takes to see values that nobody can write
    recording.send_signal(signal.SIGTERM)
    _, errors = recording.communicate(timeout=60)
    assert recording.returncode == 2
    assert re.fullmatch(rf"workshop-tui: not on disk: .*{database} was removed or renamed.*\n", errors)


@pytest.mark.parametrize(("words", "said"), [(["--for", "soon"], "90m"), (["--workshop", "none"], "no workshop")])
def test_wrong_use_is_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('person = "ana"\n')
    options = ["--config", str(config), "--db", str(tmp_path / "workshops.db")]
    done = CliRunner().invoke(workshop_tui, [*options, "record", *words])
    assert said in done.output + str(done.exception)
