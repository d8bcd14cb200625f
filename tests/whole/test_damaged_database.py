"""A damaged database file is named and left as it is, and the work can go on."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from fakes.terminal import PROGRAM, Terminal
from workshop_tui.errors import DamagedStoreError
from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store


@pytest.fixture
def damaged(database: Path) -> Path:
    """A real one, with one page overwritten."""
    content = bytearray(database.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    database.write_bytes(content)
    return database


async def titles(path: Path) -> list[str]:
    store = await Store.open(path, clock=Clock())
    try:
        return [workshop.title for workshop in await store.workshops.all()]
    finally:
        await store.close()


def test_the_control_room_names_it_and_goes_on_with_a_new_file_beside_it(settings_file: Path, damaged: Path) -> None:
    before = damaged.read_bytes()
    with Terminal("--config", str(settings_file), "--db", str(damaged)) as terminal:
        terminal.until("cannot open", ".db is damaged", "left untouched", "n: go on with workshops-2.db")
        terminal.type("n")
        terminal.until("No workshop yet: press n")
        terminal.type("\x1b")
        terminal.until_seen(lambda text: "press n" not in text, "the list is closed")
        terminal.type("q")
        assert terminal.ended() == 0
    assert damaged.read_bytes() == before
    assert damaged.with_name("workshops-2.db").stat().st_size > 0


def test_a_file_that_went_on_already_is_gone_on_with_and_keeps_what_it_holds(
    settings_file: Path, database: Path, tmp_path: Path
) -> None:
    database.rename(tmp_path / "workshops-2.db")
    database.write_bytes(b"SQLite format 3\0" + b"\0" * 5000)
    before = database.read_bytes()
    with Terminal("--config", str(settings_file), "--db", str(database)) as terminal:
        terminal.until("n: go on with workshops-2.db")
        terminal.type("n")
        terminal.until("Pipelines for everybody", "T-2 d")
        terminal.type("q")
        assert terminal.ended() == 0
    assert database.read_bytes() == before
    assert asyncio.run(titles(tmp_path / "workshops-2.db")) == ["Pipelines for everybody"]


@pytest.mark.parametrize("key", ["\r", "\x1b", "q"], ids=["enter", "esc", "q"])
def test_who_does_not_want_a_new_file_leaves_with_exit_code_2_and_no_file_is_made(
    settings_file: Path, damaged: Path, key: str
) -> None:
    before = damaged.read_bytes()
    with Terminal("--config", str(settings_file), "--db", str(damaged)) as terminal:
        terminal.until("is damaged")
        terminal.type(key)
        assert terminal.ended() == 2
        assert terminal.is_given_back
    assert damaged.read_bytes() == before
    assert sorted(path.name for path in damaged.parent.glob("*.db")) == ["workshops.db"]


def test_a_text_command_names_it_and_says_how_to_go_on(settings_file: Path, damaged: Path) -> None:
    before = damaged.read_bytes()
    done = subprocess.run(
        [*PROGRAM, "workshops", "list", "--config", settings_file, "--db", damaged],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"workshop-tui: {damaged} is damaged; it was left untouched: start with --db NEW\n"
    assert damaged.read_bytes() == before


async def test_damage_is_an_error_of_its_own_kind_that_knows_the_file(damaged: Path) -> None:
    with pytest.raises(DamagedStoreError) as told:
        await Store.open(damaged, clock=Clock())
    assert told.value.path == damaged
