from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store

_SMALL_DISK = """
    import asyncio, json, resource, sys
    from datetime import timedelta
    from pathlib import Path
    from workshop_tui.errors import StoreError
    from workshop_tui.model.clock import Clock
    from workshop_tui.store.store import Store

    def may_grow_to(byte_count):
        resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, resource.RLIM_INFINITY))

    async def main():
        store = await Store.open(Path(sys.argv[1]), clock=Clock())
        workshop = await store.workshops.create("W", Clock().now(), timedelta(hours=1), 5, "UTC", "Ann")
        kept, failures = [], []
        may_grow_to(256 * 1024)
        for number in range(200):
            try:
                await store.items.change(workshop.id, f"item {number}", "Ann", note="n" * 10_000)
            except StoreError as error:
                failures.append(str(error))
                if len(failures) == 3:
                    break
            else:
                kept.append(f"item {number}")
        readable = sorted(await store.items.load(workshop.id)) == sorted(kept)
        may_grow_to(resource.RLIM_INFINITY)
        await store.items.change(workshop.id, "after", "Ann", note="n" * 10_000)
        print(json.dumps([kept, failures, readable, await store.integrity()]))
        await store.close()

    asyncio.run(main())
"""


async def test_when_the_disk_is_full_one_is_told_and_the_store_goes_on_afterwards(path, run):
    """A limit on the size of files fails like a full disk, for one program only."""
    output, errors = await asyncio.to_thread(run(_SMALL_DISK, path).communicate)
    assert errors == ""
    kept, failures, readable, integrity = json.loads(output)
    assert len(kept) > 3
    assert len(failures) == 3
    for failure in failures:
        assert str(path) in failure
        assert "free some space and try again" in failure
    assert (readable, integrity) == (True, None)
    store = await Store.open(path, clock=Clock())
    assert set(await store.items.load(1)) == {*kept, "after"}
    assert [entry.subject for entry in await store.journal.since(1)] == [*kept, "after"]
    await store.close()


@pytest.fixture
def few_pages():
    """Every connection may use 80 pages of 4 KiB: SQLite's own word for a full disk."""

    def limit(connection, _):
        connection.cursor().execute("PRAGMA max_page_count = 80")

    event.listen(Engine, "connect", limit)
    yield
    event.remove(Engine, "connect", limit)


async def test_when_the_file_cannot_grow_one_is_told_and_what_was_kept_stays(few_pages, store, path, workshop):
    kept: list[str] = []

    async def fill() -> None:
        for number in range(100):
            await store.items.change(workshop.id, f"item {number}", "Ann", note="n" * 10_000)
            kept.append(f"item {number}")

    with pytest.raises(StoreError, match="the disk is full") as caught:
        await fill()
    assert str(path) in str(caught.value)
    assert 3 < len(kept) < 100
    assert set(await store.items.load(workshop.id)) == set(kept)
    assert [entry.subject for entry in await store.journal.since(1)] == kept
    assert await store.integrity() is None
