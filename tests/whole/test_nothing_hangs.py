"""Whatever hangs, the rest goes on, and leaving takes three seconds at most."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fakes.terminal import PROGRAM, Terminal

LEAVES_WITHIN_S = 3.0
SLOWNESS_S = 2.0
"""Of a machine that runs other tests too."""


def hanging_settings(directory: Path) -> Path:
    """Every credential hangs: commands that sleep, and a pipe that nobody writes to."""
    os.mkfifo(directory / "pipe")
    path = directory / "settings.toml"
    sleeps = f'{{ command = ["{sys.executable}", "-c", "import time; time.sleep(600.125)", "{directory}"] }}'
    path.write_text(
        f"""
[coder]
url = "http://127.0.0.1:9"
token = {sleeps}
[gateway]
kind = "litellm"
url = "http://127.0.0.1:9"
key = {sleeps}
[prometheus]
url = "http://127.0.0.1:9"
bearer = {{ file = "{directory / "pipe"}" }}
[kubernetes]
kubeconfig = "{directory / "pipe"}"
[[region]]
name = "us-east-2"
role = "control-plane"
context = "us-east-2"
""",
        encoding="utf-8",
    )
    return path


def sleepers(directory: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "sleep(600.125)" in line and str(directory) in line:
            found.append(line)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("command", [("check",), ("doctor",)])
def test_a_command_whose_secrets_hang_ends_within_three_seconds_when_asked(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    settings = hanging_settings(tmp_path)
    with subprocess.Popen(
        [*PROGRAM, "--config", str(settings), "--db", str(tmp_path / "w.db"), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until_s = time.monotonic() + 30
        while not sleepers(tmp_path) and time.monotonic() < until_s:
            time.sleep(0.05)
        assert sleepers(tmp_path)
        began_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert time.monotonic() - began_s < LEAVES_WITHIN_S + SLOWNESS_S
        assert process.returncode == 128 + signal.SIGTERM
    assert sleepers(tmp_path) == []


@pytest.mark.parametrize("way", ["q", "SIGTERM"])
def test_the_control_room_whose_secrets_hang_is_left_within_three_seconds(way: str, tmp_path: Path) -> None:
    settings = hanging_settings(tmp_path)
    with Terminal("--config", str(settings), "--db", str(tmp_path / "w.db")) as terminal:
        terminal.until("rooms")
        terminal.until("Workshops")
        terminal.type("\x1b")
        time.sleep(1)  # else escape and the next key are one
        began_s = time.monotonic()
        if way == "q":
            terminal.type("q")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        terminal.ended()
        assert time.monotonic() - began_s < LEAVES_WITHIN_S + SLOWNESS_S
        assert terminal.is_given_back
    assert sleepers(tmp_path) == []
