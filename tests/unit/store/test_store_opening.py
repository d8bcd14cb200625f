from __future__ import annotations

import random
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.store.revision import APPLICATION_ID
from workshop_tui.store.store import Store


async def made(path: Path) -> None:
    """A sound file with some rows in it, closed."""
    store = await Store.open(path, clock=Clock())
    await store.workshops.create("December", Clock().now(), _HOUR, 20, "UTC", "Ann")
    await store.close()


_HOUR = timedelta(hours=1)


async def test_a_new_file_and_its_new_folders_are_readable_by_their_owner_alone(tmp_path):
    path = tmp_path / "one" / "two" / "workshops.db"
    store = await Store.open(path, clock=Clock())
    await store.workshops.create("December", Clock().now(), _HOUR, 20, "UTC", "Ann")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await store.close()
    assert set(modes) >= {"workshops.db", "workshops.db-wal"}
    assert set(modes.values()) == {0o600}
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


async def test_an_empty_file_is_a_new_one(path):
    path.touch()
    store = await Store.open(path, clock=Clock())
    assert await store.workshops.all() == ()
    assert await store.integrity() is None
    await store.close()


async def test_an_odd_path_is_just_a_path(tmp_path):
    path = tmp_path / "a folder?with #odd %41 näme" / "file:x.db?mode=memory"
    store = await Store.open(path, clock=Clock())
    await store.workshops.create("December", Clock().now(), _HOUR, 20, "UTC", "Ann")
    await store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    store = await Store.open(path, clock=Clock())
    assert len(await store.workshops.all()) == 1
    await store.close()


async def test_a_file_at_the_newest_schema_opens_without_alembic(path, run):
    await made(path)
    program = f"""
        import asyncio, sys
        from pathlib import Path
        from workshop_tui.model.clock import Clock
        from workshop_tui.store.store import Store

        async def main():
            store = await Store.open(Path({str(path)!r}), clock=Clock())
            print(len(await store.workshops.all()), "alembic" in sys.modules)
            await store.close()

        asyncio.run(main())
    """
    output, errors = run(program).communicate(timeout=30)
    assert (output.split(), errors) == (["1", "False"], "")


async def test_an_existing_file_opens_within_a_tenth_of_a_second(path):
    await made(path)
    took_s = []
    for _ in range(5):
        begun_s = time.perf_counter()
        store = await Store.open(path, clock=Clock())
        took_s.append(time.perf_counter() - begun_s)
        await store.close()
    assert min(took_s) < 0.1


async def test_a_file_of_a_newer_program_is_refused_and_left_as_it_was(path):
    await made(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="made by a newer workshop-tui: upgrade") as caught:
        await Store.open(path, clock=Clock())
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


async def test_another_programs_database_is_refused_and_left_as_it_was(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE recipes (title)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program; it was left untouched"):
        await Store.open(path, clock=Clock())
    assert path.read_bytes() == before


def noise(byte_count: int) -> bytes:
    return random.Random(byte_count).randbytes(byte_count)  # noqa: S311


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda sound: noise(20_000), id="random bytes"),
        pytest.param(lambda sound: b"SQLite format 3\0" + noise(20_000), id="only the header"),
        pytest.param(lambda sound: b"These are my notes, not a database.\n" * 50, id="a text file"),
        pytest.param(lambda sound: sound[: len(sound) // 2], id="half of it"),
        pytest.param(lambda sound: sound[:-1000], id="the end is missing"),
        pytest.param(lambda sound: sound[:50], id="fifty bytes"),
        pytest.param(lambda sound: sound[:4096] + noise(len(sound) - 4096), id="scribbled over"),
        pytest.param(lambda sound: sound[:8192] + noise(4096) + sound[12288:], id="one page is noise"),
    ],
)
async def test_a_damaged_file_is_named_and_left_byte_for_byte(path, damage):
    await made(path)
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is damaged; it was left untouched: start with --db NEW") as caught:
        await Store.open(path, clock=Clock())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


async def test_a_damaged_file_with_unfinished_business_beside_it_is_left_byte_for_byte(path, tmp_path):
    """The log of a killed program must not be written into a file that is damaged."""
    store = await Store.open(path, clock=Clock())
    await store.workshops.create("December", Clock().now(), _HOUR, 20, "UTC", "Ann")
    log = path.with_name(path.name + "-wal")
    killed = tmp_path / "killed.db"
    killed.write_bytes(noise(path.stat().st_size))
    killed.with_name("killed.db-wal").write_bytes(log.read_bytes())
    await store.close()
    before = killed.read_bytes()
    with pytest.raises(StoreError, match="is damaged"):
        await Store.open(killed, clock=Clock())
    assert killed.read_bytes() == before


async def test_a_file_that_lost_its_version_is_damaged_not_new(path):
    await made(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    with pytest.raises(StoreError, match="is damaged"):
        await Store.open(path, clock=Clock())


async def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(StoreError, match="is a folder: name a file in it with --db"):
        await Store.open(tmp_path, clock=Clock())


async def test_a_path_through_a_file_says_what_to_do(tmp_path):
    (tmp_path / "notes").touch()
    with pytest.raises(StoreError, match="choose another file with --db"):
        await Store.open(tmp_path / "notes" / "workshops.db", clock=Clock())


_AS_SOMEBODY_ELSE = """
    import asyncio, os, sys
    from pathlib import Path
    from workshop_tui.errors import StoreError
    from workshop_tui.model.clock import Clock
    from workshop_tui.store.store import Store

    async def main():
        await (await Store.open(Path(sys.argv[2]), clock=Clock())).close()
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            store = await Store.open(Path(sys.argv[1]), clock=Clock())
        except StoreError as error:
            print(error)
        else:
            print("opened")
            await store.close()

    asyncio.run(main())
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


async def test_without_permission_for_the_folder_the_file_is_named(public_folder, tmp_path, run):
    path = public_folder / "workshops.db"
    public_folder.chmod(0o555)
    output, errors = run(_AS_SOMEBODY_ELSE, path, tmp_path / "mine.db").communicate(timeout=30)
    assert (output, errors) == (
        f"no permission to write {path} or its folder: give it, or choose another file with --db\n",
        "",
    )


async def test_without_permission_for_the_file_it_is_named(public_folder, tmp_path, run):
    path = public_folder / "workshops.db"
    await made(path)
    path.chmod(0o400)
    output, errors = run(_AS_SOMEBODY_ELSE, path, tmp_path / "mine.db").communicate(timeout=30)
    assert (output, errors) == (
        f"no permission to write {path} or its folder: give it, or choose another file with --db\n",
        "",
    )


async def test_two_programs_may_create_the_same_file_at_once(path, run):
    program = f"""
        import asyncio, sys
        from datetime import timedelta
        from pathlib import Path
        from workshop_tui.model.clock import Clock
        from workshop_tui.store import migrate
        from workshop_tui.store.store import Store

        async def main():
            print("ready", flush=True)
            sys.stdin.readline()
            store = await Store.open(Path({str(path)!r}), clock=Clock())
            await store.workshops.create("W", Clock().now(), timedelta(hours=1), 1, "UTC", "Ann")
            await store.close()

        asyncio.run(main())
    """
    programs = [run(program) for _ in range(2)]
    for one in programs:
        assert one.stdout.readline() == "ready\n"
    for one in programs:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in programs:
        _, errors = one.communicate(timeout=30)
        assert (one.returncode, errors) == (0, "")
    store = await Store.open(path, clock=Clock())
    assert len(await store.workshops.all()) == 2
    await store.close()


async def test_a_closed_store_says_so_and_closes_twice(path):
    store = await Store.open(path, clock=Clock())
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="is closed"):
        await store.workshops.all()


async def test_integrity_names_what_is_wrong(path):
    store = await Store.open(path, clock=Clock())
    assert await store.integrity() is None
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO decisions VALUES (1, 77, 'go', 'go', '[]', '', 'Ann', 0, NULL)")
    assert await store.integrity() == "row 1 of decisions refers to a missing row of workshops"
    await store.close()
