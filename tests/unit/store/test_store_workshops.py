from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from fakes.noon import NOON
from workshop_tui.errors import StoreError


async def test_a_created_workshop_is_there_after_a_restart(open_store, workshop):
    again = await open_store()
    assert await again.workshops.get(workshop.id) == workshop
    assert await again.workshops.all() == (workshop,)
    assert (workshop.title, workshop.starts_at, workshop.duration) == ("December", NOON, timedelta(minutes=90))
    assert (workshop.expected_people, workshop.timezone, workshop.created_at) == (20, "Europe/London", NOON)
    assert workshop.starts_at.tzinfo is UTC


async def test_times_come_back_in_utc_to_the_microsecond(store):
    zone = timezone(timedelta(hours=5, minutes=30))
    starts_at = datetime(1969, 7, 20, 20, 17, 40, 123457, tzinfo=zone)
    created = await store.workshops.create("Moon", starts_at, timedelta(microseconds=1), 3, "Asia/Kolkata", "Ann")
    assert (await store.workshops.get(created.id)).starts_at == starts_at
    assert created.starts_at.utcoffset() == timedelta()
    assert created.duration == timedelta(microseconds=1)


async def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(Exception, match="must be aware"):
        await store.workshops.create("W", datetime(2026, 12, 3), timedelta(hours=1), 3, "UTC", "Ann")  # noqa: DTZ001
    assert await store.workshops.all() == ()
    assert await store.journal.last_id() == 0


async def test_a_workshop_that_is_not_there_is_none(store):
    assert await store.workshops.get(7) is None
    assert await store.workshops.current(NOON) is None


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-48, "first"),
        (0, "first"),
        (0.5, "first"),
        (1, "second"),
        (10, "second"),
        (24, "second"),
        (24.6, "overlapping"),
        (25.2, "overlapping"),
        (100, "overlapping"),
    ],
)
async def test_the_current_workshop_runs_or_is_next_or_was_last(store, hours, expected):
    hour = timedelta(hours=1)
    for title, start in (("overlapping", 24.5), ("first", 0), ("second", 24)):
        await store.workshops.create(title, NOON + start * hour, hour, 5, "UTC", "Ann")
    assert (await store.workshops.current(NOON + hours * hour)).title == expected


async def test_only_what_is_given_changes(store, workshop, hands):
    hands.move(timedelta(minutes=5))
    changed = await store.workshops.change(workshop.id, "Bob", starts_at=NOON + timedelta(days=1), expected_people=20)
    assert changed == await store.workshops.get(workshop.id)
    assert (changed.title, changed.starts_at, changed.revision) == ("December", NOON + timedelta(days=1), 1)
    (entry,) = await store.journal.since(1)
    assert (entry.kind, entry.by, entry.at, entry.subject) == ("workshop.changed", "Bob", hands.at, str(workshop.id))
    assert entry.before == {"starts_at": "2026-12-03T12:00:00+00:00"}
    assert entry.after == {"starts_at": "2026-12-04T12:00:00+00:00"}


async def test_every_field_may_change(store, workshop):
    changed = await store.workshops.change(
        workshop.id, "Bob", title="January", duration=timedelta(hours=2), expected_people=0, timezone="UTC"
    )
    assert (changed.title, changed.duration, changed.expected_people, changed.timezone) == (
        "January",
        timedelta(hours=2),
        0,
        "UTC",
    )


async def test_a_change_to_the_same_is_no_change(store, workshop):
    assert await store.workshops.change(workshop.id, "Bob", title="December") == workshop
    assert await store.journal.last_id() == 1


async def test_a_workshop_that_is_not_there_cannot_change(store):
    with pytest.raises(StoreError, match="there is no workshop 7"):
        await store.workshops.change(7, "Bob", title="January")
