from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.registration import ExpectedAttendance


async def test_a_message_is_kept_as_the_person_sent_it(store, workshop, hands):
    await store.sent_messages.add(workshop, "agenda", "Come at noon", "Ann")
    hands.move(timedelta(hours=1))
    again = await store.sent_messages.add(workshop, "agenda", "Come at one", "Ben")
    assert (again.sent_by, again.sent_at, again.starts_at) == ("Ben", NOON + timedelta(hours=1), workshop.starts_at)
    assert [message.text for message in await store.sent_messages.all(workshop.id)] == ["Come at noon", "Come at one"]
    entry = (await store.journal.since(0, workshop.id))[-1]
    assert (entry.kind, entry.subject, entry.by) == ("message.sent", "agenda", "Ben")


async def test_an_invites_sequence_counts_the_changes_of_what_it_says(store, workshop):
    assert await store.invites.next_sequence(workshop.id, "a") == 0
    await store.invites.written(workshop, 0, "a", "Ann")
    assert await store.invites.next_sequence(workshop.id, "a") == 0
    assert await store.invites.next_sequence(workshop.id, "b") == 1
    moved = await store.workshops.change(workshop.id, "Ann", starts_at=NOON + timedelta(days=1))
    written = await store.invites.written(moved, 1, "b", "Ben")
    assert written == await store.invites.get(workshop.id)
    assert (written.sequence, written.starts_at, written.written_by) == (1, NOON + timedelta(days=1), "Ben")


async def test_a_window_that_is_late_never_sets_the_sequence_back(store, workshop):
    await store.invites.written(workshop, 4, "a", "Ann")
    assert (await store.invites.written(workshop, 2, "b", "Ben")).sequence == 4


async def test_the_expected_load_is_kept_with_who_and_when(store, workshop, hands):
    assert await store.expected_loads.newest(workshop.id) is None
    await store.expected_loads.keep(workshop.id, ExpectedAttendance(9, 1, 5, 9, "first"), "Ann")
    hands.move(timedelta(days=1))
    expected = ExpectedAttendance(20, 10, 12, 14, "24 of 40 came")
    await store.expected_loads.keep(workshop.id, expected, "Ben")
    kept = await store.expected_loads.newest(workshop.id)
    assert (kept.attendance, kept.kept_by, kept.kept_at) == (expected, "Ben", NOON + timedelta(days=1))
    entry = (await store.journal.since(0, workshop.id))[-1]
    assert (entry.kind, entry.after["likely"]) == ("load.kept", 12)
