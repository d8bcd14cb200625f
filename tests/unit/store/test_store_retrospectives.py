from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.noon import NOON
from workshop_tui.model.clock import Clock
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.store.store import Store


async def test_words_are_there_after_a_restart(store, open_store, workshop):
    saved = await store.retrospectives.save(workshop.id, "lessons", "Check the digests.", 0, "Ann")
    assert saved == RetrospectiveText("lessons", "Check the digests.", 1, "Ann", NOON)
    assert await (await open_store()).retrospectives.load(workshop.id) == {"lessons": saved}


async def test_each_section_shows_its_newest_revision(store, workshop):
    first = await store.retrospectives.save(workshop.id, "lessons", "one", 0, "Ann")
    lessons = await store.retrospectives.save(workshop.id, "lessons", "two", first.revision, "Ann")
    actions = await store.retrospectives.save(workshop.id, "actions", "do it", 0, "Bob")
    assert await store.retrospectives.load(workshop.id) == {"lessons": lessons, "actions": actions}


async def test_an_unchanged_text_makes_no_revision(store, workshop):
    first = await store.retrospectives.save(workshop.id, "lessons", "one", 0, "Ann")
    assert await store.retrospectives.save(workshop.id, "lessons", "one", 1, "Bob") == first
    assert await store.retrospectives.save(workshop.id, "lessons", "one", 0, "Bob") == first
    assert (await store.retrospectives.save(workshop.id, "untouched", "", 0, "Bob")).revision == 0
    assert len(await store.journal.since(1)) == 1


async def test_a_text_may_be_cleared(store, workshop):
    await store.retrospectives.save(workshop.id, "lessons", "one", 0, "Ann")
    assert (await store.retrospectives.save(workshop.id, "lessons", "", 1, "Ann")).text == ""


async def test_two_people_in_different_lines_both_keep_theirs(store, open_store, workshop):
    window = await open_store()
    text = "Well:\n-\nBadly:\n-\n"
    base = await store.retrospectives.save(workshop.id, "lessons", text, 0, "Ann")
    await store.retrospectives.save(workshop.id, "lessons", "Well:\n- routing\nBadly:\n-\n", base.revision, "Ann")
    merged = await window.retrospectives.save(
        workshop.id, "lessons", "Well:\n-\nBadly:\n- storage\n", base.revision, "Bob"
    )
    assert merged.text == "Well:\n- routing\nBadly:\n- storage\n"
    assert (merged.revision, merged.changed_by) == (3, "Bob")


async def test_two_people_in_the_same_line_both_keep_theirs_signed(store, open_store, workshop, hands):
    window = await open_store()
    await store.retrospectives.save(workshop.id, "lessons", "We learned a lot.", 0, "Ann")
    hands.move(timedelta(minutes=2))
    merged = await window.retrospectives.save(workshop.id, "lessons", "We learned nothing.", 0, "Bob")
    assert merged.text.split("\n") == [
        "[Ann wrote at 2026-12-03 12:00:00 UTC:]",
        "We learned a lot.",
        "[Bob wrote at 2026-12-03 12:02:00 UTC:]",
        "We learned nothing.",
        "[end of the two versions]",
    ]
    (*_, entry) = await store.journal.since(0)
    assert (entry.before, entry.after) == ({"revision": 1}, {"revision": 2, "merged": True})


async def test_going_on_after_a_merge_is_an_ordinary_edit(store, workshop):
    await store.retrospectives.save(workshop.id, "lessons", "ours", 0, "Ann")
    merged = await store.retrospectives.save(workshop.id, "lessons", "theirs", 0, "Bob")
    settled = await store.retrospectives.save(workshop.id, "lessons", "both are right", merged.revision, "Bob")
    assert settled.text == "both are right"


async def test_many_saves_at_once_keep_every_line(store, open_store, workshop):
    window = await open_store()
    await asyncio.gather(
        *(
            (store, window)[number % 2].retrospectives.save(workshop.id, "lessons", f"line {number}", 0, f"P{number}")
            for number in range(12)
        )
    )
    text = (await store.retrospectives.load(workshop.id))["lessons"].text
    assert {f"line {number}" for number in range(12)} <= set(text.split("\n"))


def test_nobodys_new_line_is_lost_however_two_windows_take_turns(tmp_path):
    """Each writer adds a line of its own to what it last saw; every one of them is in the end."""
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(tmp_path / "workshops.db", clock=Clock()))

        async def check(turns: list[tuple[int, int]]) -> None:
            workshop = await store.workshops.create("W", NOON, timedelta(hours=1), 5, "UTC", "Ann")
            seen = [RetrospectiveText("lessons", "", 0)] * 2
            for number, (who, where) in enumerate(turns):
                mine = seen[who].text.split("\n")
                mine.insert(where % (len(mine) + 1), f"line {number}")
                seen[who] = await store.retrospectives.save(
                    workshop.id, "lessons", "\n".join(mine), seen[who].revision, f"P{who}"
                )
            final = (await store.retrospectives.load(workshop.id))["lessons"].text.split("\n")
            assert {f"line {number}" for number in range(len(turns))} <= set(final)

        @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=1, max_size=8))
        def any_turns(turns):
            runner.run(check(turns))

        any_turns()
        runner.run(store.close())
