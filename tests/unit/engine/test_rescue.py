"""Where what was typed goes when the database is gone, whatever else is gone too."""

from __future__ import annotations

import pwd
import tempfile
from pathlib import Path

import pytest

from workshop_tui.store.rescue import place_for_copy, write_texts


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither `HOME` nor an entry of this user."""

    def nobody(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_copy_lies_beside_the_lost_file_and_takes_no_name_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "workshops-2.db").touch()
    (tmp_path / "workshops-3.txt").symlink_to(tmp_path / "nothing")
    assert place_for_copy(tmp_path / "workshops.db") == tmp_path / "workshops-4.db"


def test_where_the_folder_is_gone_the_copy_lies_at_home(tmp_path: Path, isolated: Path) -> None:
    assert place_for_copy(tmp_path / "gone/workshops.db") == isolated / "workshops-2.db"


@pytest.mark.usefixtures("homeless")
def test_without_a_home_the_copy_lies_in_the_working_directory(tmp_path: Path, here: Path) -> None:
    assert place_for_copy(tmp_path / "gone/workshops.db") == here / "workshops-2.db"


def test_a_home_that_is_not_there_is_none(tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nonexistent"))
    assert place_for_copy(tmp_path / "gone/workshops.db") == here / "workshops-2.db"


@pytest.mark.usefixtures("homeless")
def test_where_the_working_directory_is_gone_too_it_is_the_one_for_temporary_files(
    tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    here.rmdir()
    assert place_for_copy(tmp_path / "gone/workshops.db") == tmp_path / "workshops-2.db"


def test_texts_are_written_without_what_steers_a_terminal_or_utf_8_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "workshops-2.txt"
    write_texts({"note\x1b": "a\ud800 \x1b[31mred\r\nsecond line"}, path)
    assert path.read_text(encoding="utf-8") == "[note]\na [31mred\nsecond line\n"
