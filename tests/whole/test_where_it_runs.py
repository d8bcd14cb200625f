"""Machines as they are: no home, nobody's user number, locales of every kind, pipes that close."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "workshop_tui"]
_NOBODY = """
import os, runpy, sys
os.setresuid(54321, 0, 0)  # the real user has no entry; the effective one may still read the interpreter
runpy.run_module("workshop_tui", run_name="__main__", alter_sys=True)
"""


def run(*arguments: str, program: list[str] = PROGRAM, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        [*program, *arguments], env=known, capture_output=True, text=True, errors="replace", timeout=60, check=False
    )


def as_nobody(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, program=[sys.executable, "-c", _NOBODY], **environment)


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder that others may enter: those of pytest are for its own user alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be a user without an entry")


@needs_root
@pytest.mark.parametrize("arguments", [["check"], ["doctor"], ["config", "init"], ["workshops", "list"], ["rehearse"]])
def test_without_a_home_a_command_says_how_to_name_its_files(arguments: list[str], tmp_path: Path) -> None:
    ran = as_nobody(*arguments)
    assert ran.returncode == 2
    assert "set HOME, or name the files with --config and --db" in ran.stderr
    assert "Traceback" not in ran.stderr + ran.stdout


@needs_root
def test_without_a_home_a_command_whose_files_are_named_works(everybodys: Path) -> None:
    files = ["--db", str(everybodys / "workshops.db")]
    made = as_nobody(*files, "workshops", "new", "December", "--start", "2026-12-03 16:00")
    assert (made.returncode, made.stderr) == (0, "")
    os.chown(everybodys / "workshops.db", 54321, -1)  # as if nobody had made it
    listed = as_nobody(*files, "workshops", "list")
    assert "December" in listed.stdout
    settings = everybodys / "settings.toml"
    settings.write_text("[[region]]\nname = 'ohio'\nrole = 'control-plane'\n")
    checked = as_nobody("--config", str(settings), *files, "check")
    assert "Traceback" not in checked.stderr + checked.stdout
    assert "checks:" in checked.stdout


@needs_root
def test_without_a_home_what_needs_no_file_works() -> None:
    ran = as_nobody("guide")
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    "locale",
    [
        {},
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
    ],
)
def test_a_locale_that_cannot_write_our_signs_gets_the_answer_without_them(
    locale: dict[str, str], tmp_path: Path
) -> None:
    files = ["--db", str(tmp_path / "workshops.db")]
    run(*files, "workshops", "new", "Zoë 张伟", "--start", "2026-12-03 16:00", HOME=str(tmp_path))
    for command in (["guide"], ["workshops", "list"], ["workshops", "list", "--json"], ["workshops", "show", "1"]):
        ran = run(*files, *command, HOME=str(tmp_path), **locale)
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
        assert ran.stdout.strip()


def test_json_is_whole_in_a_locale_that_cannot_write_it(tmp_path: Path) -> None:
    files = ["--db", str(tmp_path / "workshops.db")]
    run(*files, "workshops", "new", "Zoë 张伟", "--start", "2026-12-03 16:00", HOME=str(tmp_path))
    ran = run(*files, "workshops", "list", "--json", HOME=str(tmp_path), LC_ALL="C", PYTHONIOENCODING="latin-1")
    assert "Zo\\u00eb \\u5f20\\u4f1f" in ran.stdout


@pytest.mark.parametrize("command", [["guide"], ["guide", "--json"], ["--help"], ["workshops", "list"], ["check"]])
def test_a_pipe_that_closes_is_no_failure_and_no_traceback(command: list[str], tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("person = 'ana'\n")
    read, write = os.pipe()
    os.close(read)
    base = [*PROGRAM, "--config", str(settings), "--db", str(tmp_path / "workshops.db")]
    known = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    whole = subprocess.run([*base, *command], env=known, capture_output=True, timeout=60, check=False)
    cut = subprocess.run(
        [*base, *command], env=known, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False
    )
    os.close(write)
    assert cut.stderr == ""
    assert cut.returncode == whole.returncode
