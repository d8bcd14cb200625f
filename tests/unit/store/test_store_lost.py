"""The file is taken away while it is open: the next action says so, and what was stored can be saved elsewhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.noon import NOON
from workshop_tui.errors import LostStoreError, StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.store.file import prepare
from workshop_tui.store.store import Store


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def removed(path: Path) -> None:
    path.unlink()


def removed_with_its_log(path: Path) -> None:
    path.unlink()
    log_of(path).unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    copy.rename(path)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    """As `cp other.db workshops.db` does it: the same file, and not shorter."""
    other = prepare(path.with_name("other.db"), 1)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE more AS SELECT zeroblob(1000000) AS zeros")
    inode = path.stat().st_ino
    shutil.copyfile(other, path)
    assert path.stat().st_ino == inode


def without_its_log(path: Path) -> None:
    log_of(path).unlink()
    path.with_name(f"{path.name}-shm").unlink()


def folder_removed(path: Path) -> None:
    shutil.rmtree(path.parent)


LOSSES = {
    removed: "was removed or renamed",
    removed_with_its_log: "was removed or renamed",
    renamed: "was removed or renamed",
    replaced: "was replaced by another file",
    emptied: "was cut or rewritten",
    cut: "was cut or rewritten",
    overwritten: "was overwritten by another program",
    without_its_log: "-wal was removed",
    folder_removed: "was removed or renamed",
}
UNREADABLE = (emptied, cut, overwritten)
each_loss = pytest.mark.parametrize(("lose", "said"), LOSSES.items(), ids=[lose.__name__ for lose in LOSSES])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "workshops.db"


@each_loss
async def test_the_next_change_says_that_nothing_is_saved_and_the_change_is_not_done(store, workshop, path, lose, said):
    await store.items.change(workshop.id, "plan.date", "Ann", note="before")
    lose(path)
    with pytest.raises(LostStoreError, match=f"{said}.* while it was open, and nothing is saved any more: "):
        await store.items.change(workshop.id, "plan.date", "Ann", note="after")
    assert store.lost is not None


@each_loss
async def test_a_window_in_which_nothing_is_done_hears_of_it_within_a_second(store, workshop, path, lose, said):
    changes = store.changes()
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    lose(path)
    with pytest.raises(LostStoreError, match=said):
        async with asyncio.timeout(1):
            await waiting


@pytest.mark.parametrize("lose", [lose for lose in LOSSES if lose not in UNREADABLE])
async def test_all_that_was_stored_can_be_saved_in_another_file(store, workshop, path, tmp_path, lose):
    await store.items.change(workshop.id, "plan.date", "Ann", note="before")
    lose(path)
    copy = tmp_path / "copy.db"
    await store.copy_to(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    other = await Store.open(copy, clock=Clock())
    assert (await other.items.load(workshop.id))["plan.date"].note == "before"
    assert await other.integrity() is None
    await other.close()


@pytest.mark.parametrize("lose", UNREADABLE)
async def test_what_cannot_be_read_whole_any_more_is_not_given_out_as_a_copy(store, workshop, path, tmp_path, lose):
    lose(path)
    with pytest.raises(StoreError) as caught:
        await store.copy_to(tmp_path / "copy.db")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["folder"]


def written_back(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


async def test_an_older_copy_that_is_put_over_the_open_file_is_noticed_whatever_is_in_its_log(store, workshop, path):
    await store.items.change(workshop.id, "plan.date", "Ann", note="one")
    written_back(path)
    older = path.with_name("older.db")
    shutil.copyfile(path, older)
    await store.items.change(workshop.id, "plan.date", "Ann", note="two")
    written_back(path)
    await store.items.change(workshop.id, "plan.date", "Ann", note="six")
    assert older.stat().st_size == path.stat().st_size
    shutil.copyfile(older, path)
    with pytest.raises(LostStoreError, match="was overwritten by another program"):
        await store.items.load(workshop.id)


async def test_what_was_put_over_the_open_file_is_left_as_it_is(store, workshop, path):
    overwritten(path)
    with pytest.raises(LostStoreError):
        await store.workshops.all()
    await store.close()
    assert content(path) == content(path.with_name("other.db"))
    other = await Store.open(path, clock=Clock())
    assert await other.workshops.all() == ()
    assert await other.integrity() is None
    await other.close()


def without_a_mark(path: Path) -> None:
    """As an older workshop-tui left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")


async def test_a_file_of_an_older_program_is_open_in_two_windows_and_is_watched_from_then_on(open_store, path):
    without_a_mark(prepare(path, 1))
    one, two = await open_store(), await open_store()
    workshop = await one.workshops.create("December", NOON, timedelta(minutes=90), 20, "Europe/London", "Ann")
    for number in range(20):
        await (one, two)[number % 2].items.change(workshop.id, f"item {number}", "Ann", note="n" * 1000)
        if number % 3 == 0:
            written_back(path)
    assert len(await one.items.load(workshop.id)) == len(await two.items.load(workshop.id)) == 20
    overwritten(path)
    for store in (one, two):
        with pytest.raises(LostStoreError):
            await store.workshops.all()


async def test_a_window_of_an_older_program_and_other_tools_may_write_beside_this_one(store, workshop, path):
    for number in range(20):
        with closing(sqlite3.connect(path)) as other, other:
            other.execute(f"CREATE TABLE another_{number} AS SELECT zeroblob(9000)")
        written_back(path)
        await store.items.change(workshop.id, f"item {number}", "Ann", note="n")
    assert len(await store.items.load(workshop.id)) == 20


async def test_a_file_of_an_older_program_opens_while_another_one_writes(open_store, path):
    without_a_mark(prepare(path, 1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = await open_store()
    workshop = await store.workshops.create("December", NOON, timedelta(minutes=90), 20, "Europe/London", "Ann")
    written_back(path)
    assert [one.id for one in await store.workshops.all()] == [workshop.id]
    overwritten(path)
    with pytest.raises(LostStoreError):
        await store.workshops.all()


async def test_both_of_two_windows_hear_of_it(open_store, store, workshop, path):
    other = await open_store()
    await other.workshops.all()
    removed(path)
    for one in (store, other):
        with pytest.raises(LostStoreError):
            await one.items.change(workshop.id, "plan.date", "Ann", note="after")


async def test_a_file_that_is_put_back_is_written_again(store, workshop, path):
    renamed(path)
    with pytest.raises(LostStoreError):
        await store.items.change(workshop.id, "plan.date", "Ann", note="lost")
    path.with_name("elsewhere.db").rename(path)
    await store.items.change(workshop.id, "plan.date", "Ann", note="found")
    assert store.lost is None
    await store.close()
    assert note_in(path) == "found"


async def test_a_reader_that_is_opened_after_the_loss_makes_no_new_file(store, workshop, path):
    removed_with_its_log(path)
    results = await asyncio.gather(*(store.workshops.all() for _ in range(6)), return_exceptions=True)
    assert {type(result) for result in results} == {LostStoreError}
    await store.close()
    assert not path.exists()


async def test_leaving_after_the_log_was_removed_brings_the_file_up_to_date(store, workshop, path):
    await store.items.change(workshop.id, "plan.date", "Ann", note="before")
    without_its_log(path)
    with pytest.raises(LostStoreError, match=r"leave, which brings workshops\.db up to date, and start again"):
        await store.workshops.all()
    await store.close()
    assert note_in(path) == "before"


async def test_a_copy_never_writes_over_a_file(store, workshop, tmp_path):
    (tmp_path / "copy.db").write_bytes(b"mine")
    with pytest.raises(StoreError):
        await store.copy_to(tmp_path / "copy.db")
    assert content(tmp_path / "copy.db") == b"mine"


def content(path: Path) -> bytes:
    return path.read_bytes()


def note_in(path: Path) -> str:
    """What a copy of the file alone holds."""
    copy = path.with_name("alone.db")
    shutil.copyfile(path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        (note,) = connection.execute("SELECT note FROM items WHERE item_id = 'plan.date'").fetchone()
    return str(note)


async def test_a_copy_of_the_file_alone_is_whole_after_some_quiet_seconds(store, workshop, path):
    await store.items.change(workshop.id, "plan.date", "Ann", note="written")
    watching = asyncio.ensure_future(anext(store.changes()))
    await asyncio.wait_for(asyncio.to_thread(until_the_log_is_empty, path), 15)
    assert note_in(path) == "written"
    await store.close()
    with pytest.raises(StopAsyncIteration):
        await watching


def until_the_log_is_empty(path: Path) -> None:
    end_s = time.monotonic() + 10
    while log_of(path).stat().st_size and time.monotonic() < end_s:
        time.sleep(0.05)


async def test_a_copy_of_the_file_alone_is_whole_when_one_of_two_windows_has_left(open_store, store, workshop, path):
    other = await open_store()
    await other.workshops.all()
    await store.items.change(workshop.id, "plan.date", "Ann", note="written")
    await store.close()
    assert note_in(path) == "written"


async def test_bringing_the_file_up_to_date_waits_for_no_reader(open_store, store, workshop, path):
    await store.items.change(workshop.id, "plan.date", "Ann", note="written")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM items").fetchall()
        await store.items.change(workshop.id, "plan.date", "Ann", note="again")
        async with asyncio.timeout(2):
            await store.close()
