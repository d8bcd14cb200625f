"""What a start loads: the first frame waits for nothing heavy, and a command without a screen loads no screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("sqlalchemy", "kubernetes", "pydantic", "httpx", "aiohttp", "alembic", "jinja2")


def loaded_by(code: str) -> set[str]:
    """The top packages that a new process holds after this code."""
    told = f"import sys\n{code}\nprint(' '.join(sorted(name for name in sys.modules if '.' not in name)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.splitlines()[-1].split())


def test_the_first_frame_waits_for_no_database_no_cluster_and_no_http() -> None:
    found = loaded_by("import workshop_tui.app.control_room")
    assert "textual" in found
    assert not found & set(HEAVY)


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--help"],
        ["config", "path"],
        ["workshops", "list"],
        ["guide"],
        ["completion", "bash"],
        ["record", "--help"],
    ],
)
def test_a_command_without_a_screen_loads_no_textual(words: list[str], tmp_path: Path) -> None:
    options = ["--db", str(tmp_path / "workshops.db")]
    found = loaded_by(
        "from workshop_tui.cli import workshop_tui\n"
        f"try:\n    workshop_tui.main({[*options, *words]!r}, standalone_mode=False)\n"
        "except SystemExit:\n    pass"
    )
    assert "textual" not in found


def test_help_loads_nothing_heavy() -> None:
    found = loaded_by(
        "from workshop_tui.cli import workshop_tui\n"
        "try:\n    workshop_tui.main(['--help'], standalone_mode=False)\nexcept SystemExit:\n    pass"
    )
    assert not found & {*HEAVY, "textual"}


def test_reaching_a_cluster_loads_no_synchronous_client() -> None:
    found = loaded_by("import workshop_tui.clients.kubernetes_session")
    assert "kubernetes" in found
    assert not found & {"requests", "oauthlib", "websocket"}


def test_recording_loads_no_textual() -> None:
    parts = ("cli.record_command", "cli.workshop_store", "session.live", "collectors.assembly", "store.store")
    assert "textual" not in loaded_by("\n".join(f"import workshop_tui.{part}" for part in parts))
