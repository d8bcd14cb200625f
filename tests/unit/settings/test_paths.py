from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workshop_tui import paths
from workshop_tui.paths import beside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders")


def test_files_live_in_the_usual_folders_of_the_person(isolated: Path) -> None:
    assert paths.settings_file() == isolated / ".config/workshop-tui/settings.toml"
    assert paths.database_file() == isolated / ".local/share/workshop-tui/workshops.db"
    assert paths.rehearsal_directory() == isolated / ".local/state/workshop-tui/rehearsal"
    assert paths.log_file() == isolated / ".local/state/workshop-tui/log/workshop-tui.log"


def test_xdg_variables_are_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    assert paths.settings_file() == tmp_path / "config/workshop-tui/settings.toml"
    assert paths.database_file() == tmp_path / "data/workshop-tui/workshops.db"
    assert paths.log_file() == tmp_path / "state/workshop-tui/log/workshop-tui.log"


@pytest.mark.parametrize("scenario", ["calm", "september-2024", "../../etc/passwd", "a b", "", "..", "/abs"])
def test_each_scenario_has_a_database_of_its_own_in_the_rehearsal_folder(scenario: str) -> None:
    file = paths.rehearsal_database_file(scenario)
    assert file.parent == paths.database_file().parent / "rehearsal"
    assert file != paths.database_file()
    assert file.suffix == ".db"
    assert len(file.stem) > 0


def test_looking_where_files_are_writes_nothing(isolated: Path) -> None:
    paths.settings_file(), paths.database_file(), paths.log_file(), paths.rehearsal_directory()
    assert list(isolated.iterdir()) == []


@pytest.mark.parametrize(
    ("damaged", "next_one"),
    [
        ("workshops.db", "workshops-2.db"),
        ("workshops-2.db", "workshops-3.db"),
        ("workshops-9.db", "workshops-10.db"),
        ("workshops-10.db", "workshops-10-2.db"),
        ("workshops-2024.db", "workshops-2024-2.db"),
        ("workshops", "workshops-2"),
        ("team.2024.sqlite3", "team.2024-2.sqlite3"),
    ],
)
def test_the_file_beside_a_damaged_one_is_numbered_and_never_another_years(damaged: str, next_one: str) -> None:
    assert beside(Path("data") / damaged) == Path("data") / next_one


def test_going_on_again_and_again_never_comes_back_to_a_damaged_file() -> None:
    path, seen = Path("workshops.db"), set()
    for _ in range(50):
        assert path not in seen
        seen.add(path)
        path = beside(path)
