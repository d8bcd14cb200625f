from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.noon import NOON
from workshop_tui.model.clock import Clock
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.store.store import Store


def words(state: ItemState) -> ItemState:
    return replace(state, changed_by="", changed_at=None, revision=0)


async def test_undo_gives_back_what_was(store, workshop, hands):
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DEFERRED, reason="later")
    before = (await store.items.load(workshop.id))["announce"]
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE, reason="")
    hands.move(timedelta(minutes=1))
    entry = await store.items.undo(workshop.id, "Bob")
    now = (await store.items.load(workshop.id))["announce"]
    assert words(now) == words(before)
    assert (now.changed_by, now.changed_at) == ("Bob", hands.at)
    assert (entry.kind, entry.by, entry.subject, entry.left) == ("item.undone", "Bob", "announce", ())
    assert entry.before == {"status": "done", "reason": ""}
    assert entry.after == {"status": "deferred", "reason": "later"}
    stored, undone, _ = await store.items.history(workshop.id, "announce")
    assert (stored.id, stored.undoes) == (entry.id, undone.id)


async def test_undo_walks_back_over_all_items_and_is_never_undone_itself(store, workshop):
    for item_id in ("one", "two", "three"):
        await store.items.change(workshop.id, item_id, "Ann", status=ItemStatus.DONE)
    subjects = [(await store.items.undo(workshop.id, "Ann")).subject for _ in range(3)]
    assert subjects == ["three", "two", "one"]
    assert await store.items.undo(workshop.id, "Ann") is None
    assert {state.status for state in (await store.items.load(workshop.id)).values()} == {ItemStatus.OPEN}


async def test_a_change_after_an_undo_is_the_next_to_go(store, workshop):
    await store.items.change(workshop.id, "note", "Ann", note="one")
    await store.items.change(workshop.id, "note", "Ann", note="two")
    await store.items.undo(workshop.id, "Ann")
    await store.items.change(workshop.id, "note", "Ann", note="three")
    notes = []
    while await store.items.undo(workshop.id, "Ann"):
        notes.append((await store.items.load(workshop.id))["note"].note)
    assert notes == ["one", ""]


async def test_undo_goes_on_after_a_restart(store, open_store, workshop):
    await store.items.change(workshop.id, "announce", "Ann", status=ItemStatus.DONE)
    await store.close()
    again = await open_store()
    assert await again.items.undo(workshop.id, "Bob") is None
    assert (await again.items.undo(workshop.id, "Ann")).subject == "announce"


async def test_undo_never_takes_back_what_another_person_did_in_another_window(store, open_store, workshop):
    window = await open_store()
    await store.items.change(workshop.id, "mine", "Ann", status=ItemStatus.DONE)
    await window.items.change(workshop.id, "theirs", "Bob", status=ItemStatus.DONE)
    assert (await store.items.undo(workshop.id, "Ann")).subject == "mine"
    assert await store.items.undo(workshop.id, "Ann") is None
    assert (await store.items.load(workshop.id))["theirs"].status is ItemStatus.DONE


async def test_fields_that_somebody_changed_since_stay_and_are_named(store, open_store, workshop):
    window = await open_store()
    await store.items.change(workshop.id, "announce", "Ann", owner="Ann", status=ItemStatus.DONE)
    await window.items.change(workshop.id, "announce", "Bob", owner="Bob")
    entry = await store.items.undo(workshop.id, "Ann")
    state = (await store.items.load(workshop.id))["announce"]
    assert entry.left == ("owner",)
    assert (state.owner, state.status) == ("Bob", ItemStatus.OPEN)
    assert entry.after == {"status": "open"}


async def test_an_undo_that_can_give_nothing_back_says_so_and_does_not_stand_in_the_way(store, open_store, workshop):
    window = await open_store()
    await store.items.change(workshop.id, "first", "Ann", owner="Ann")
    await store.items.change(workshop.id, "second", "Ann", owner="Ann")
    theirs = await window.items.change(workshop.id, "second", "Bob", owner="Bob")
    entry = await store.items.undo(workshop.id, "Ann")
    assert (entry.subject, entry.left, entry.after) == ("second", ("owner",), {})
    assert (await store.items.load(workshop.id))["second"] == theirs
    assert (await store.items.undo(workshop.id, "Ann")).subject == "first"


async def test_two_undos_at_once_undo_two_changes(store, open_store, workshop):
    for item_id in ("one", "two"):
        await store.items.change(workshop.id, item_id, "Ann", status=ItemStatus.DONE)
    window = await open_store()
    entries = await asyncio.gather(store.items.undo(workshop.id, "Ann"), window.items.undo(workshop.id, "Ann"))
    assert {entry.subject for entry in entries} == {"one", "two"}


changes = st.tuples(
    st.sampled_from(["one", "two"]),
    st.sampled_from(["Ann", "Bob"]),
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(ItemStatus),
            "reason": st.sampled_from(["", "later", "not here"]),
            "owner": st.sampled_from(["", "Ann", "Bob"]),
            "note": st.text(max_size=8),
        },
    ),
)


def test_undoing_everything_gives_back_every_state_in_turn(tmp_path):
    """Changes and undos in any order: each undo restores exactly what stood before the change that it undoes."""
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(tmp_path / "workshops.db", clock=Clock()))

        async def check(steps: list[tuple[str, str, dict[str, object]] | None]) -> None:
            workshop = await store.workshops.create("W", NOON, timedelta(hours=1), 5, "UTC", "Ann")

            async def state() -> dict[str, ItemState]:
                loaded = await store.items.load(workshop.id)
                return {item: words(loaded.get(item, ItemState(item))) for item in ("one", "two")}

            past = [await state()]
            for step in steps:
                if step is None:
                    undone = await store.items.undo(workshop.id, "Ann")
                    assert (undone is None) == (len(past) == 1)
                    past = past[:-1] or past
                    assert await state() == past[-1]
                else:
                    item_id, by, fields = step
                    await store.items.change(workshop.id, item_id, by, **fields)
                    now = await state()
                    past += [now] if now != past[-1] else []
            while len(past) > 1:
                assert (await store.items.undo(workshop.id, "Bob")).left == ()
                past.pop()
                assert await state() == past[-1]
            assert await store.items.undo(workshop.id, "Ann") is None

        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(st.one_of(changes, changes, st.none()), max_size=10))
        def any_steps(steps):
            runner.run(check(steps))

        any_steps()
        assert runner.run(store.integrity()) is None
        runner.run(store.close())
