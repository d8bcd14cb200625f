from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import ErrorKind, SourceError, StoreError
from workshop_tui.model.measure import MeasurePoint, MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.store.recording import Batch

SECOND = timedelta(seconds=1)


def value(number: float | None, second: int, measure_id: str = "storage", region: str | None = "emea") -> MeasureValue:
    outcome = Outcome.UNKNOWN if number is None else Outcome.PASS
    return MeasureValue(measure_id, region, number, outcome, NOON + second * SECOND, "of 12")


async def test_the_series_is_oldest_first_at_the_time_when_it_was_true(store, open_store, workshop):
    for second in (1, 2, 3):
        await store.readings.record(workshop.id, [value(second / 10, second), value(9, second, region=None)])
    again = await open_store()
    assert await again.readings.series(workshop.id, "storage", "emea") == (
        MeasurePoint(NOON + 1 * SECOND, 0.1),
        MeasurePoint(NOON + 2 * SECOND, 0.2),
        MeasurePoint(NOON + 3 * SECOND, 0.3),
    )
    assert [point.value for point in await again.readings.series(workshop.id, "storage", None)] == [9, 9, 9]
    assert await again.readings.series(workshop.id, "storage", "ohio") == ()


async def test_the_limit_keeps_the_newest_and_since_the_later(store, workshop):
    await store.readings.record(workshop.id, [value(second, second) for second in range(10)])

    async def values(**wanted: object) -> list[float | None]:
        return [point.value for point in await store.readings.series(workshop.id, "storage", "emea", **wanted)]

    assert await values(limit=3) == [7, 8, 9]
    assert await values(since=NOON + 8 * SECOND) == [8, 9]
    assert await values(since=NOON + 2 * SECOND, limit=2) == [8, 9]


async def test_an_unknown_value_stands_where_it_became_unknown(store, workshop, hands):
    """Its data may be old, but a gap belongs where the number was missing."""
    await store.readings.record(workshop.id, [value(5, 0)])
    hands.move(60 * SECOND)
    await store.readings.record(workshop.id, [value(None, 0)])
    points = await store.readings.series(workshop.id, "storage", "emea")
    assert points == (MeasurePoint(NOON, 5), MeasurePoint(NOON + 60 * SECOND, None))


async def test_the_latest_is_the_last_recorded_of_each_measure_and_region(store, open_store, workshop):
    await store.readings.record(workshop.id, [value(1, 1), value(2, 2, region=None), value(3, 3, "restarts")])
    unknown = MeasureValue("storage", "emea", None, Outcome.UNKNOWN, None, "timed out after 5 s")
    await store.readings.record(workshop.id, [unknown])
    expected = (unknown, value(2, 2, region=None), value(3, 3, "restarts"))
    assert await store.readings.latest(workshop.id) == expected
    assert await (await open_store()).readings.latest(workshop.id) == expected


async def test_another_workshops_values_are_not_mixed_in(store, workshop):
    other = await store.workshops.create("January", NOON, timedelta(hours=1), 5, "UTC", "Ann")
    await store.readings.record(workshop.id, [value(1, 1)])
    await store.readings.record(other.id, [value(2, 2)])
    assert await store.readings.latest(other.id) == (value(2, 2),)
    assert [point.value for point in await store.readings.series(workshop.id, "storage", "emea")] == [1]


async def test_values_of_no_workshop_are_refused_and_the_next_are_kept(store, workshop):
    with pytest.raises(StoreError, match="does not hold this workshop"):
        await store.readings.record(workshop.id + 1, [value(1, 1)])
    other = await store.workshops.create("January", NOON, timedelta(hours=1), 5, "UTC", "Ann")
    await store.readings.record(other.id, [value(1, 1)])
    assert await store.readings.latest(other.id) == (value(1, 1),)


async def test_two_windows_record_into_one_series(store, open_store, workshop):
    window = await open_store()
    await store.readings.record(workshop.id, [value(1, 1)])
    await window.readings.record(workshop.id, [value(2, 2)])
    assert [point.value for point in await store.readings.series(workshop.id, "storage", "emea")] == [1, 2]
    assert await store.readings.latest(workshop.id) == (value(2, 2),)


async def test_a_source_is_kept_when_it_breaks_and_when_it_recovers(store, workshop):
    key = SourceKey("pods", "emea")
    refused = SourceError(ErrorKind.UNREACHABLE, "connection refused")
    slow = SourceError(ErrorKind.TIMEOUT, "no answer after 5 s")
    states = [
        Reading(key, ("pod",), NOON, None, NOON),
        Reading(key, ("pod",), NOON, refused, NOON + 1 * SECOND),
        Reading(key, ("pod",), NOON, refused, NOON + 2 * SECOND),
        Reading(key, ("pod",), NOON, slow, NOON + 3 * SECOND),
        Reading(key, ("pod",), NOON + 4 * SECOND, None, NOON + 4 * SECOND),
        Reading(key, ("pod",), NOON + 5 * SECOND, None, NOON + 5 * SECOND),
        Reading(SourceKey("gateway-key"), None, None, slow, NOON + 6 * SECOND),
    ]
    for state in states:
        await store.recording.write(workshop.id, Batch(sources=[state]), "ana")
    assert await store.readings.source_changes(workshop.id) == (
        Reading(SourceKey("gateway-key"), None, None, slow, NOON + 6 * SECOND),
        Reading(key, None, NOON + 4 * SECOND, None, NOON + 4 * SECOND),
        Reading(key, None, NOON, slow, NOON + 3 * SECOND),
        Reading(key, None, NOON, refused, NOON + 1 * SECOND),
    )
