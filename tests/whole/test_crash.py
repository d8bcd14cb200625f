"""An error of the program itself is one line, and a log without secrets."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import workshop_tui
from fakes.terminal import Terminal

_TOKEN = "sk-the-key-of-everybody-4711"
_FAULTY = f'''
def sign_in():
    password = "{_TOKEN}"
    raise RuntimeError("refused: Bearer " + password)


sign_in()
'''


@pytest.fixture
def faulty_program(tmp_path: Path) -> Path:
    """A copy of the program with a fault in the room that loads last; to be put on PYTHONPATH."""
    source = Path(workshop_tui.__file__).parent
    shutil.copytree(source, tmp_path / "copy" / "workshop_tui", ignore=shutil.ignore_patterns("__pycache__"))
    room = tmp_path / "copy/workshop_tui/screens/retrospective.py"
    room.write_text(room.read_text() + _FAULTY)
    return tmp_path / "copy"


def test_the_terminal_gets_one_line_and_the_log_what_happened_once_and_no_secret(
    settings_file: Path, database: Path, faulty_program: Path, isolated: Path
) -> None:
    arguments = ("--config", str(settings_file), "--db", str(database))
    with Terminal(*arguments, environment={"PYTHONPATH": str(faulty_program)}) as terminal:
        terminal.until("T-2 d")
        terminal.type("5")
        assert terminal.ended() == 2
        assert terminal.is_given_back
        log = isolated / ".local/state/workshop-tui/log/workshop-tui.log"
        words = " ".join(terminal.last_words.replace("\n", "").split())
        assert words.startswith("workshop-tui: an error of the program itself (RuntimeError)")
        assert words.endswith(str(log))
        assert _TOKEN.encode() not in terminal.output
        assert b"Traceback" not in terminal.output
        assert b"password" not in terminal.output
    written = log.read_text()
    assert written.count("RuntimeError: refused") == 1
    assert "sign_in" in written
    assert _TOKEN not in written


def test_what_was_typed_before_is_there_after_a_crash(
    settings_file: Path, database: Path, faulty_program: Path
) -> None:
    arguments = ("--config", str(settings_file), "--db", str(database))
    with Terminal(*arguments, environment={"PYTHONPATH": str(faulty_program)}) as terminal:
        terminal.until("T-2 d", "Date, time and calendar invite")
        terminal.type("x")
        terminal.until("1/3")
        terminal.type("i")
        terminal.until("New incident")
        terminal.type("p1 london is slow")
        terminal.until("P1", "london is slow")
        terminal.type("\r")
        terminal.until("Incident opened")
        terminal.type("5")
        assert terminal.ended() == 2
    with Terminal(*arguments) as terminal:
        terminal.until("T-2 d", "1/3")
        terminal.type("4")
        terminal.until("london is slow")
        terminal.type("q")
        assert terminal.ended() == 0
