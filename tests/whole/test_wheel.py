"""What is installed from the wheel holds every file of the two packages, and starts without the source tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import workshop_tui

ROOT = Path(workshop_tui.__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip does it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_each_file_of_both_packages(installed: Path) -> None:
    def files(root: Path) -> set[str]:
        found = (path for name in ("workshop_tui", "workshop_rehearsal") for path in (root / name).rglob("*"))
        return {str(path.relative_to(root)) for path in found if path.is_file() and "__pycache__" not in path.parts}

    assert files(installed) == files(ROOT / "src")


def test_the_wheel_asks_for_no_tool_of_development_and_names_its_licence(installed: Path) -> None:
    (metadata,) = installed.glob("*.dist-info/METADATA")
    headers = Parser().parsestr(metadata.read_text(encoding="utf-8"))
    wanted = [Requirement(text) for text in headers.get_all("Requires-Dist", [])]
    always = {one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})}
    assert "textual" in always
    assert not always & {"pytest", "mypy", "ruff", "hypothesis", "hatchling"}
    assert headers["License-Expression"] == "MIT"


@pytest.mark.parametrize("words", [["--version"], ["rehearse", "--help"], ["guide"]])
def test_a_command_of_the_wheel_starts_outside_the_source_tree(
    installed: Path, tmp_path: Path, words: list[str]
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed), "HOME": str(tmp_path)}
    where = "import workshop_tui, workshop_rehearsal; print(workshop_tui.__file__, workshop_rehearsal.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.count(str(installed)) == 2
    command = [sys.executable, "-m", "workshop_tui", *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
