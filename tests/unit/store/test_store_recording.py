from __future__ import annotations

import asyncio
import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from fakes.recordings import REGIONS, BusyPlatform
from workshop_tui.errors import ErrorKind, StoreError
from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.recording import PlatformFrame, SeenValue, SourceState
from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.model.source import SourceKey
from workshop_tui.redaction import remember
from workshop_tui.store.frame_codec import decode_region, encode_region
from workshop_tui.store.recording import Batch

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def seen(number: float | None, second: int, measure_id: str = "storage", region: str = "emea") -> SeenValue:
    outcome = Outcome.UNKNOWN if number is None else Outcome.PASS
    at = NOON + second * SECOND
    taken_at = None if number is None else at - SECOND
    return SeenValue(MeasureValue(measure_id, region, number, outcome, taken_at, "of 12", ("ana",), 3), at)


def result(minute: int, outcome: Outcome) -> CheckResult:
    found = (Finding("emea", outcome, "said"),)
    return CheckResult("routes", "Routes", outcome, found, NOON + minute * MINUTE, 0.1, "said")


async def test_a_moment_is_shown_as_it_was_seen_and_nothing_that_came_later(store, workshop):
    values = [seen(1, 0), seen(2, 10), seen(None, 20), seen(4, 30), seen(9, 15, "restarts")]
    await store.recording.write(workshop.id, Batch(values=values), "ana")
    for second, expected in ((0, [1]), (9, [1]), (10, [2]), (19, [2, 9]), (29, [None, 9]), (99, [4, 9])):
        found = await store.recorded.values(workshop.id, NOON + second * SECOND)
        assert [one.value.value for one in found] == expected, second
    assert await store.recorded.values(workshop.id, NOON - SECOND) == ()
    found = await store.recorded.values(workshop.id, NOON + 12 * SECOND)
    assert found == (seen(2, 10),)
    assert await store.recorded.span(workshop.id) == (NOON, NOON + 30 * SECOND)


async def test_samples_hold_a_value_until_the_next_but_not_over_a_gap(store, workshop):
    values = [seen(1, 0), seen(2, 60), seen(3, 20 * 60)]
    await store.recording.write(workshop.id, Batch(values=values), "ana")
    until = NOON + 20 * MINUTE
    found = await store.recorded.samples(workshop.id, until, MINUTE, 23, 5 * MINUTE)
    assert found == {("storage", "emea"): (None, None, 1, 2, 2, 2, 2, 2, *[None] * 14, 3)}


async def test_what_is_not_a_number_is_unknown(store, workshop):
    values = [replace(seen(1, second), value=replace(seen(1, second).value, value=number)) for second, number in
              enumerate((math.nan, math.inf, -math.inf))]  # fmt: skip
    await store.recording.write(workshop.id, Batch(values=values), "ana")
    for second in range(3):
        (found,) = await store.recorded.values(workshop.id, NOON + second * SECOND)
        assert (found.value.value, found.value.outcome) == (None, Outcome.UNKNOWN)


async def test_a_clock_that_was_set_back_breaks_nothing(store, workshop):
    for second in (60, 120, 30, 90):
        await store.recording.write(workshop.id, Batch(values=[seen(second, second)]), "ana")
    for second, expected in ((59, 30), (60, 60), (95, 90), (120, 120)):
        (found,) = await store.recorded.values(workshop.id, NOON + second * SECOND)
        assert found.value.value == expected
    assert [one.value for one in await store.readings.latest(workshop.id)] == [90]


async def test_results_are_those_that_were_judged_by_then(store, workshop):
    results = [result(0, Outcome.PASS), result(5, Outcome.FAIL)]
    await store.recording.write(workshop.id, Batch(results=results), "ana")
    assert await store.recorded.results(workshop.id, NOON - SECOND) == {}
    assert await store.recorded.results(workshop.id, NOON + 4 * MINUTE) == {"routes": results[0]}
    assert await store.recorded.results(workshop.id, NOON + 5 * MINUTE) == {"routes": results[1]}


async def test_a_regions_detail_comes_back_to_the_millisecond_though_most_of_it_stands_in_an_earlier_frame(
    store, open_store, workshop
):
    platform = BusyPlatform(nodes=12, pods=90)
    kept = []
    for minute in range(4):
        now = NOON + minute * MINUTE
        list(platform.changes(now, 20 * SECOND, 2))
        details = platform.details(now)
        kept.append(details)
        await store.recording.write(workshop.id, Batch(at=now, regions=details), "ana")
    again = await open_store()
    for minute, details in enumerate(kept):
        for detail in details:
            at = NOON + minute * MINUTE + 59 * SECOND
            assert await again.recorded.region(workshop.id, detail.region, at) == detail
    assert await again.recorded.region(workshop.id, REGIONS[0], NOON - SECOND) is None
    with closing(sqlite3.connect(again.path)) as connection:
        sizes = connection.execute("SELECT base_id IS NULL, avg(length(blob)) FROM frames GROUP BY 1").fetchall()
    assert dict(sizes)[0] < dict(sizes)[1]


def test_when_many_workspaces_are_new_a_frame_stands_alone():
    first, second = (BusyPlatform(nodes=3, pods=60, seed=seed).details(NOON)[0] for seed in (1, 2))
    base = encode_region(first)
    assert base.names is not None
    other = encode_region(second, base.names)
    assert other.names is not None
    assert decode_region(other.blob) == second
    same = encode_region(first, base.names)
    assert same.names is None
    assert decode_region(same.blob, base.blob) == first


def test_a_frame_holds_no_secret():
    remember("very-secret-word")
    detail = RegionDetail("emea", NOON, (), (), ("refused: very-secret-word",))
    assert "very-secret-word" not in str(decode_region(encode_region(detail).blob))


async def test_how_the_platform_was_seen_comes_back(store, workshop):
    broken = SourceState(SourceKey("pods", "emea"), "pods", MINUTE, NOON, NOON, ErrorKind.TIMEOUT, "no answer in 5 s")
    never = SourceState(SourceKey("gateway-key"), "gateway key", MINUTE, None, None)
    health = RegionHealth("emea", ("pods",), 1, NOON, "no answer in 5 s")
    frame = PlatformFrame((health,), (broken, never), {"storage": 10 * SECOND}, 50 * SECOND)
    await store.recording.write(workshop.id, Batch(at=NOON, platform=frame), "ana")
    assert await store.recorded.platform(workshop.id, NOON) == frame
    assert await store.recorded.platform(workshop.id, NOON - SECOND) is None


async def test_a_batch_is_stored_whole_or_not_at_all(store, workshop):
    lost = Batch(results=[result(0, Outcome.PASS)], values=[seen(1, 0)])
    with pytest.raises(StoreError, match="does not hold this workshop"):
        await store.recording.write(workshop.id + 1, lost, "ana")
    await store.recording.write(workshop.id, Batch(values=[seen(2, 0)]), "ana")
    assert [one.value for one in await store.readings.latest(workshop.id)] == [2]
    assert await store.results.latest(workshop.id + 1) == {}


async def test_of_two_windows_one_records_until_it_ends_or_falls_silent(store, open_store, workshop, hands):
    other = await open_store()
    assert await store.recording.write(workshop.id, Batch(values=[seen(1, 0)]), "ana on one") == ""
    asked, by_itself = result(0, Outcome.PASS), result(1, Outcome.FAIL)
    batch = Batch(results=[asked, by_itself], asked=[asked], values=[seen(2, 1)])
    assert await other.recording.write(workshop.id, batch, "bo on two") == "ana on one"
    assert [one.value for one in await store.readings.latest(workshop.id)] == [1]
    assert await store.results.history(workshop.id, "routes") == (asked,)
    hands.move(31 * SECOND)
    assert await other.recording.write(workshop.id, Batch(values=[seen(3, 2)]), "bo on two") == ""
    assert await store.recording.write(workshop.id, Batch(values=[seen(4, 3)]), "ana on one") == "bo on two"
    await other.recording.release(workshop.id)
    assert await store.recording.write(workshop.id, Batch(values=[seen(5, 4)]), "ana on one") == ""
    hands.move(-timedelta(hours=1))
    assert await other.recording.write(workshop.id, Batch(), "bo on two") == "", "a sign from the future is none"


async def test_a_killed_window_is_followed_at_once_on_its_own_machine(store, path, workshop, run):
    source = """
        import asyncio, sys
        from pathlib import Path
        from workshop_tui.model.clock import Clock
        from workshop_tui.store.recording import Batch
        from workshop_tui.store.store import Store

        async def main():
            store = await Store.open(Path(sys.argv[1]), clock=Clock())
            print(await store.recording.write(1, Batch(), "killed") == "", flush=True)
            await asyncio.sleep(60)

        asyncio.run(main())
    """
    process = run(source, path)
    assert (await asyncio.to_thread(process.stdout.readline)).strip() == "True"
    process.kill()
    await asyncio.to_thread(process.wait)
    assert await store.recording.write(workshop.id, Batch(), "ana") == ""


async def test_a_busy_workshop_is_recorded_in_less_than_20_mb(store, path, workshop):
    """A 30th of the 90 minutes, with all of their nodes, pods and changes."""
    platform, lasts = BusyPlatform(), 3 * MINUTE
    values = list(platform.changes(NOON, lasts, 50))
    for minute in range(3):
        now = NOON + minute * MINUTE
        of_minute = [one for one in values if now <= one.seen_at < now + MINUTE]
        batch = Batch(values=of_minute, at=now, regions=platform.details(now))
        await store.recording.write(workshop.id, batch, "ana")
    empty_bytes = 200_000
    await store.close()
    assert path.stat().st_size - empty_bytes < 20e6 / 30
