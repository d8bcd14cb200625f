from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import StoreError
from workshop_tui.model.incident import Severity
from workshop_tui.model.item import ItemState, ItemStatus


async def test_a_tick_is_there_after_a_restart(store, open_store, workshop, hands):
    hands.move(timedelta(minutes=1))
    state = await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DEFERRED, reason="no list yet")
    assert state == ItemState("announce", ItemStatus.DEFERRED, "no list yet", "", "", "Ann", hands.at, 1)
    assert await (await open_store()).items.load(workshop.id) == {"announce": state}


async def test_items_of_another_workshop_are_not_touched(store, workshop):
    other = await store.workshops.create("January", NOON, timedelta(hours=1), 5, "UTC", "Ann")
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    assert await store.items.load(other.id) == {}
    assert await store.items.undo(other.id, "Ann") is None
    assert await store.items.history(other.id, "announce") == ()


async def test_fields_change_each_by_itself(store, open_store, workshop):
    window = await open_store()
    await asyncio.gather(
        store.items.change(workshop.id, "announce", "Ann", owner="Ann"),
        window.items.change(workshop.id, "announce", "Bob", note="the list is ready"),
        store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE),
    )
    state = (await store.items.load(workshop.id))["announce"]
    assert (state.owner, state.note, state.status) == ("Ann", "the list is ready", ItemStatus.DONE)
    assert state.revision == 3


async def test_a_field_may_be_cleared(store, workshop):
    await store.items.change(workshop.id, "announce", "Ann", owner="Ann")
    assert (await store.items.change(workshop.id, "announce", "Ann", owner="")).owner == ""


async def test_a_change_to_the_same_is_no_change(store, workshop):
    state = await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    assert await store.items.change(workshop.id, "announce", "Bob", status=ItemStatus.DONE) == state
    assert len(await store.items.history(workshop.id, "announce")) == 1


async def test_the_history_is_newest_first_and_tells_before_and_after(store, workshop, hands):
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    hands.move(timedelta(minutes=1))
    await store.items.change(workshop.id, "announce", "Bob", status=ItemStatus.OPEN, owner="Bob")
    await store.items.change(workshop.id, "reminder", "Bob", owner="Bob")
    newest, oldest = await store.items.history(workshop.id, "announce")
    assert (newest.by, newest.at, newest.kind) == ("Bob", NOON + timedelta(minutes=1), "item.changed")
    assert newest.before == {"status": "done", "owner": ""}
    assert newest.after == {"status": "open", "owner": "Bob"}
    assert (oldest.by, oldest.after) == ("Ann", {"status": "done"})


async def test_two_notes_at_once_keep_both_texts(store, open_store, workshop, hands):
    window = await open_store()
    base = (await store.items.change(workshop.id, "announce", "Ann", note="start")).note
    hands.move(timedelta(minutes=1))
    await store.items.change(workshop.id, "announce", "Ann", note="sent to staff", base_note=base)
    hands.move(timedelta(minutes=1))
    await store.items.change(workshop.id, "announce", "Cleo", owner="Cleo")
    hands.move(timedelta(minutes=1))
    merged = await window.items.change(workshop.id, "announce", "Bob", note="list is empty", base_note=base)
    assert merged.note.split("\n") == [
        "[Ann wrote at 2026-12-03 12:01:00 UTC:]",
        "sent to staff",
        "[Bob wrote at 2026-12-03 12:03:00 UTC:]",
        "list is empty",
        "[end of the two versions]",
    ]
    assert (await store.items.load(workshop.id))["announce"] == merged


async def test_notes_that_do_not_meet_are_merged_without_a_trace(store, workshop):
    base = "one\ntwo\nthree\nfour"
    await store.items.change(workshop.id, "announce", "Ann", note=base)
    await store.items.change(workshop.id, "announce", "Ann", note="ONE\ntwo\nthree\nfour", base_note=base)
    merged = await store.items.change(workshop.id, "announce", "Bob", note="one\ntwo\nthree\nFOUR", base_note=base)
    assert merged.note == "ONE\ntwo\nthree\nFOUR"


async def test_a_note_without_a_base_replaces(store, workshop):
    await store.items.change(workshop.id, "announce", "Ann", note="one")
    assert (await store.items.change(workshop.id, "announce", "Bob", note="two")).note == "two"


async def test_an_item_of_no_workshop_is_refused(store):
    with pytest.raises(StoreError, match="does not hold this workshop"):
        await store.items.change(7, "announce", "Ann", status=ItemStatus.DONE)
    assert await store.journal.last_id() == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ud800 half a character", " half a character"),
        ("🦆 — ‘’ \u202e", "🦆 — ‘’ "),
        ("tab\tand\x00nul", "tab\tandnul"),
        ("two\nlines, 👩\u200d💻", "two\nlines, 👩\u200d💻"),
        ("' OR 1=1; --", "' OR 1=1; --"),
    ],
)
async def test_any_text_is_kept_without_what_steers(store, open_store, workshop, text, expected):
    state = await store.items.change(workshop.id, "announce", text, note=text, owner=text)
    assert (state.note, state.owner, state.changed_by) == (expected, expected, expected)
    assert (await (await open_store()).items.load(workshop.id))["announce"] == state
    (entry,) = await store.items.history(workshop.id, "announce")
    assert (entry.by, entry.after["note"]) == (expected, expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda store, workshop: store.items.change(workshop.id, "announce", "Ann", owner="Ann"),
        lambda store, workshop: store.items.undo(workshop.id, "Ann"),
        lambda store, workshop: store.workshops.change(workshop.id, "Ann", title="January"),
        lambda store, workshop: store.incidents.open(workshop.id, "slow", Severity.P2, "Ann"),
        lambda store, workshop: store.incidents.add_note(1, "text", "Ann"),
        lambda store, workshop: store.incidents.resolve(1, "Ann", "text"),
        lambda store, workshop: store.retrospectives.save(workshop.id, "lessons", "text", 0, "Ann"),
        lambda store, workshop: store.workshops.create("New", NOON, timedelta(hours=1), 5, "UTC", "Ann"),
    ],
    ids=["item", "undo", "workshop", "incident", "note", "resolve", "retrospective", "new workshop"],
)
async def test_without_its_journal_entry_nothing_is_stored(store, path, workshop, change):
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    await store.incidents.open(workshop.id, "slow", Severity.P2, "Ann")

    def rows() -> list[str]:
        with closing(sqlite3.connect(path)) as connection:
            return [line for line in connection.iterdump() if line.startswith("INSERT")]

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TRIGGER no BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no'); END")
    before = rows()
    with pytest.raises(StoreError, match="nothing was stored"):
        await change(store, workshop)
    assert rows() == before
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER no")
    await change(store, workshop)
    assert rows() != before
