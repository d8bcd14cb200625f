from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import aclosing, closing
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.model.item import ItemStatus
from workshop_tui.store.store import Store

_WRITER = """
    import asyncio, sys
    from pathlib import Path
    from workshop_tui.model.clock import Clock
    from workshop_tui.store.store import Store

    async def main():
        path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        store = await Store.open(path, clock=Clock())
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(count):
            await store.items.change(1, f"{name} {number}", name, owner=name)
            await store.items.change(1, "shared", name, **{name: f"{name} {number}"})
        await store.close()

    asyncio.run(main())
"""

_LOCKER = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    if sys.argv[2] == "alone":
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    print("locked", flush=True)
    sys.stdin.readline()
    connection.execute("ROLLBACK")
"""


async def line(program) -> str:
    return await asyncio.to_thread(program.stdout.readline)


def go(program) -> None:
    program.stdin.write("go\n")
    program.stdin.flush()


async def test_two_programs_that_write_at_once_lose_nothing(store, path, workshop, run):
    programs = [run(_WRITER, path, name, 60) for name in ("owner", "note")]
    for program in programs:
        assert await line(program) == "ready\n"
    for program in programs:
        go(program)
    mine = [await store.items.change(workshop.id, f"mine {number}", "Ann", owner="Ann") for number in range(60)]
    for program in programs:
        _, errors = await asyncio.to_thread(program.communicate)
        assert (program.returncode, errors) == (0, "")
    items = await store.items.load(workshop.id)
    names = {f"{name} {number}" for name in ("owner", "note", "mine") for number in range(60)}
    assert set(items) == names | {"shared"}
    assert items["mine 59"] == mine[-1]
    assert (items["shared"].owner, items["shared"].note) == ("owner 59", "note 59")
    assert items["shared"].revision == 120
    entries = await store.journal.since(1)
    assert [entry.id for entry in entries] == list(range(2, 2 + 300))
    assert await store.integrity() is None


async def test_another_programs_change_is_heard_within_a_second_and_ones_own_never(store, path, workshop, run):
    program = run(_WRITER, path, "owner", 1)
    assert await line(program) == "ready\n"
    await store.items.change(workshop.id, "mine", "Ann", status=ItemStatus.DONE)
    heard: list[str] = []
    async with aclosing(store.changes()) as changes:
        first = asyncio.ensure_future(anext(changes))
        await store.items.change(workshop.id, "mine too", "Ann", status=ItemStatus.DONE)
        go(program)
        while "shared" not in heard:
            heard += [entry.subject for entry in await asyncio.wait_for(first, 30)]
            first = asyncio.ensure_future(anext(changes))
        first.cancel()
        await asyncio.wait([first])
    assert heard == ["owner 0", "shared"]


async def test_a_change_is_heard_within_a_second(store, open_store, workshop):
    window = await open_store()
    took_s = []
    async with aclosing(store.changes()) as changes:
        heard = asyncio.ensure_future(anext(changes))
        for _ in range(3):
            written_s = time.perf_counter()
            await window.items.change(workshop.id, "announce", "Bob", owner=f"at {written_s}")
            entries = await heard
            took_s.append(time.perf_counter() - written_s)
            assert [entry.after for entry in entries] == [{"owner": f"at {written_s}"}]
            heard = asyncio.ensure_future(anext(changes))
        heard.cancel()
        await asyncio.wait([heard])
    assert min(took_s) < 1


async def test_what_another_window_wrote_before_anybody_listened_is_heard(store, open_store, workshop):
    """Between loading a room and listening nothing may be missed; what was there before is no news."""
    await store.items.change(workshop.id, "old", "Bob", owner="Bob")
    window = await open_store()
    await store.items.change(workshop.id, "new", "Bob", owner="Bob")
    async with aclosing(window.changes()) as changes:
        entries = await asyncio.wait_for(anext(changes), 30)
    assert [entry.subject for entry in entries] == ["new"]


async def test_a_flood_of_changes_is_heard_whole_and_in_order(store, open_store, workshop):
    window = await open_store()
    for number in range(250):
        await window.items.change(workshop.id, f"item {number}", "Bob", owner="Bob")
    heard: list[str] = []
    async with aclosing(store.changes()) as changes:
        while len(heard) < 250:
            heard += [entry.subject for entry in await asyncio.wait_for(anext(changes), 30)]
    assert heard == [f"item {number}" for number in range(250)]


async def test_listening_ends_when_the_store_closes(store):
    async def listen() -> list[object]:
        return [entries async for entries in store.changes()]

    listening = asyncio.create_task(listen())
    await store.journal.last_id()
    await store.close()
    assert await asyncio.wait_for(listening, 30) == []


async def test_a_file_that_another_program_keeps_for_itself_is_named(path, run):
    await (await Store.open(path, clock=Clock())).close()
    program = run(_LOCKER, path, "alone")
    assert await line(program) == "locked\n"
    with pytest.raises(StoreError, match="another program has locked") as caught:
        await Store.open(path, clock=Clock(), busy_timeout_s=0.1)
    assert str(path) in str(caught.value)
    go(program)
    await asyncio.to_thread(program.communicate)
    store = await Store.open(path, clock=Clock())
    assert await store.integrity() is None
    await store.close()


async def test_while_another_program_writes_one_may_read_and_a_write_waits(store, path, workshop, run):
    program = run(_LOCKER, path, "beside")
    assert await line(program) == "locked\n"
    write = asyncio.create_task(store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE))
    for _ in range(20):
        assert await store.items.load(workshop.id) == {}
    assert not write.done()
    go(program)
    assert (await write).status is ItemStatus.DONE
    assert (await store.items.load(workshop.id))["announce"].status is ItemStatus.DONE


async def test_a_write_that_waited_too_long_says_so_and_the_next_is_kept(open_store, path, run):
    store = await open_store(busy_timeout_s=0.1)
    workshop = await store.workshops.create("W", NOON, timedelta(hours=1), 5, "UTC", "Ann")
    program = run(_LOCKER, path, "beside")
    assert await line(program) == "locked\n"
    with pytest.raises(StoreError, match="another program has locked"):
        await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    assert await store.items.load(workshop.id) == {}
    go(program)
    await asyncio.to_thread(program.communicate)
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    assert (await store.items.load(workshop.id))["announce"].status is ItemStatus.DONE


async def test_a_write_whose_caller_leaves_is_still_made_whole(store, path, workshop):
    """A person who presses a key and at once leaves the room has pressed it."""
    for number in range(30):
        write = asyncio.create_task(store.items.change(workshop.id, f"item {number}", "Ann", owner="Ann"))
        for _ in range(number):
            await asyncio.sleep(0)
        write.cancel()
        with pytest.raises(asyncio.CancelledError):
            await write
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        items = {name for (name,) in connection.execute("SELECT item_id FROM items")}
        told = {name for (name,) in connection.execute("SELECT subject FROM journal WHERE kind = 'item.changed'")}
    assert items == told
    assert items >= {f"item {number}" for number in range(1, 30)}


async def test_many_reads_and_writes_at_once_all_end(store, workshop):
    async def both(number: int) -> int:
        await store.items.change(workshop.id, f"item {number}", "Ann", owner="Ann")
        return len(await store.items.load(workshop.id))

    counts = await asyncio.gather(*(both(number) for number in range(60)))
    assert max(counts) == 60
