from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.serve import PlatformOptions, run, serving
from workshop_tui.model.clock import Clock
from workshop_tui.settings.file import load_settings


async def test_the_settings_are_accepted_and_lead_to_every_secret(rehearse) -> None:
    async with rehearse("september-2024", people=20, speed=3) as wire:
        settings = load_settings(wire.platform.files.path, {})
        assert settings is not None
        assert [region.name for region in settings.region] == ["ohio", "oregon", "london"]
        assert settings.rehearsal is not None
        assert settings.rehearsal.expected_people == 20
        assert settings.rehearsal.speed == 3
        assert settings.coder.token is not None
        assert settings.coder.token.read() == wire.platform.secrets.coder_token
        assert settings.gateway.key is not None
        assert settings.gateway.key.read() == wire.platform.secrets.gateway_key
        assert settings.rehearsal.control_token is not None
        assert settings.rehearsal.control_token.read() == wire.platform.secrets.control_token


def files_in(directory: Path) -> dict[str, Path]:
    return {path.name: path for path in directory.iterdir()}


async def test_all_files_are_for_their_owner_only_and_go_when_it_ends(rehearse, tmp_path: Path) -> None:
    async with rehearse("calm"):
        files = files_in(tmp_path)
        assert len(files) == 7
        assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
        secrets = [path.read_text() for name, path in files.items() if name.endswith(("token", "-key"))]
        assert len(secrets) == 4
        assert not any(secret in files["settings.toml"].read_text() for secret in secrets)
    assert files_in(tmp_path) == {}


async def test_the_clock_of_the_settings_is_the_one_that_is_served(rehearse) -> None:
    async with rehearse("calm", at="T-2d", speed=50) as wire:
        told = load_settings(wire.platform.files.path, {}).rehearsal
        clock = Clock(told.started_at, told.shown_at, told.speed)
        earlier = clock.now()
        stats = (await wire.coder("/deployment/stats")).json
        collected_at = datetime.fromisoformat(stats["collected_at"])
        assert earlier - timedelta(seconds=30) <= collected_at <= clock.now()
        before_start = told.workshop_starts_at - told.shown_at
        assert timedelta(days=2) <= before_start < timedelta(days=2, minutes=30)


@pytest.mark.parametrize("name", ["settings.toml", "kubeconfig", "coder-token"])
async def test_files_that_are_not_a_rehearsals_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(RehearsalError, match="choose another"):
        async with serving(PlatformOptions(config_path=tmp_path / "settings.toml")):
            raise AssertionError("it must not start")
    assert (tmp_path / name).read_text() == "precious"


async def test_the_settings_that_a_killed_rehearsal_left_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[rehearsal]\n")
    (tmp_path / "kubeconfig").write_text("old")
    async with serving(PlatformOptions(config_path=tmp_path / "settings.toml")):
        assert load_settings(tmp_path / "settings.toml", {}) is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scenario": "october"}, "choose one of"),
        ({"at": "someday"}, "expected e.g. T-7d"),
        ({"speed": -1}, "--speed"),
        ({"people": -1}, "--people"),
        ({"nodes": 0}, "--nodes"),
        ({"rtt_s": -1}, "--rtt"),
    ],
)
def test_wrong_options_are_told_before_anything_listens(tmp_path: Path, change, told: str) -> None:
    options = PlatformOptions(config_path=tmp_path / "settings.toml")
    with pytest.raises(RehearsalError, match=told):
        run(replace(options, **change))
    assert list(tmp_path.iterdir()) == []


async def control(wire, body=None, *, token: str | None = None):
    rehearsal = wire.settings["rehearsal"]
    bearer = wire.secret("rehearsal", "control_token") if token is None else token
    headers = {"Authorization": f"Bearer {bearer}"}
    method, more = ("GET", {}) if body is None else ("POST", {"json": body})
    return await wire.ask(method, f"{rehearsal['control_url']}/at", headers=headers, **more)


async def test_the_control_moves_time_forward_and_writes_the_settings_anew(rehearse) -> None:
    async with rehearse("calm", at="T-2d") as wire:
        before = (await control(wire)).json
        assert (await wire.coder("/workspaces")).json["count"] == 3
        moved = await control(wire, {"at": "T+20m"})
        assert moved.status == 200
        starts_at = datetime.fromisoformat(before["workshop_starts_at"])
        assert datetime.fromisoformat(moved.json["shown_at"]) == starts_at + timedelta(minutes=20)
        assert moved.json["workshop_starts_at"] == before["workshop_starts_at"]
        assert (await wire.coder("/workspaces")).json["count"] == 15
        told = load_settings(wire.platform.files.path, {}).rehearsal
        assert told.shown_at == starts_at + timedelta(minutes=20)
        assert told.started_at == datetime.fromisoformat(moved.json["started_at"])


async def test_the_control_never_moves_time_back(rehearse) -> None:
    async with rehearse("calm", at="live") as wire:
        answer = await control(wire, {"at": "T-24h"})
        assert (answer.status, "already past" in answer.json["error"]) == (409, True)
        assert (await control(wire)).json["shown_at"] == wire.platform.timing.shown_at.isoformat()


@pytest.mark.parametrize("body", [{}, [], {"at": "whenever"}, {"at": "T+9d"}])
async def test_the_control_says_what_it_expects(rehearse, body) -> None:
    async with rehearse("calm") as wire:
        answer = await control(wire, body)
        assert answer.status == 400
        assert "expected" in answer.json["error"] or "out of reach" in answer.json["error"]


async def test_a_stranger_cannot_move_time(rehearse) -> None:
    async with rehearse("calm") as wire:
        for token in ("", "wrong", wire.secret("coder", "token")):
            assert (await control(wire, {"at": "live"}, token=token)).status == 401


PROGRAM = """
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from workshop_rehearsal.serve import PlatformOptions, run
run(PlatformOptions(scenario="calm", at="live", config_path=Path(sys.argv[1]), **eval(sys.argv[2])))
"""


PARENT = """
import os, subprocess, sys
process = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1], sys.argv[2], repr({"parent_pid": os.getpid()})],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
)
process.stderr.readline()
os._exit(0)
"""


@contextmanager
def started(config: Path, **options) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(config), repr(options)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            assert b"settings are in" in process.stderr.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_in_order_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path / "settings.toml") as process:
        assert (tmp_path / "settings.toml").exists()
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def test_the_process_ends_with_whoever_holds_its_input(tmp_path: Path) -> None:
    with started(tmp_path / "settings.toml", until_stdin_closes=True) as process:
        assert (tmp_path / "settings.toml").exists()
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    subprocess.run([sys.executable, "-c", PARENT, PROGRAM, str(config)], check=True, timeout=30)
    deadline = time.monotonic() + 20
    while list(tmp_path.iterdir()):
        assert time.monotonic() < deadline, "the platform outlived its parent"
        time.sleep(0.05)
