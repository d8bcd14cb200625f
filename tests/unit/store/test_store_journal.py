from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.item import ItemStatus


async def test_an_empty_journal_ends_at_nought(store):
    assert await store.journal.last_id() == 0
    assert await store.journal.since(0) == ()


async def test_entries_come_in_the_order_of_writing_after_an_id_and_by_workshop(store, workshop):
    other = await store.workshops.create("January", NOON, timedelta(hours=1), 5, "UTC", "Bob")
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    await store.items.change(other.id, "announce", "Ann", status=ItemStatus.DONE)
    kinds = [(entry.id, entry.workshop_id, entry.kind) for entry in await store.journal.since(0)]
    assert kinds == [
        (1, workshop.id, "workshop.created"),
        (2, other.id, "workshop.created"),
        (3, workshop.id, "item.changed"),
        (4, other.id, "item.changed"),
    ]
    assert [entry.id for entry in await store.journal.since(1, other.id)] == [2, 4]
    assert await store.journal.last_id() == 4


async def test_a_long_journal_is_read_whole(store, workshop):
    for number in range(450):
        await store.items.change(workshop.id, "announce", "Ann", owner=f"person {number}")
    entries = await store.journal.since(1, workshop.id)
    assert [entry.after["owner"] for entry in entries] == [f"person {number}" for number in range(450)]


@pytest.mark.parametrize("change", ["UPDATE journal SET by = 'Bob'", "DELETE FROM journal"])
async def test_the_journal_only_grows_whoever_asks(store, path, workshop, change):
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the journal only grows"),
    ):
        connection.execute(change)
    assert len(await store.journal.since(0)) == 1
