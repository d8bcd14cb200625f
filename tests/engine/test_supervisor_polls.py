from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.timed_sources import HANG, After, TimedPoll, error_of
from fakes.virtual_time import BEGAN_AT, in_virtual_time, loop_clock
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.observing.supervisor import Supervisor

DOWN = SourceError(ErrorKind.UNREACHABLE, "refused")
OTHER: SourceKind[object] = SourceKind("other", "other thing", per_region=False, stale_after_s=30)


def watch_for(sources, seconds: float, chance: random.Random | None = None, *, skew=timedelta) -> list[Reading]:
    """What the supervisor published in this many seconds."""
    heard: list[Reading] = []

    async def work() -> None:
        supervisor = Supervisor(sources, heard.append, loop_clock(skew=skew), random=chance)
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    in_virtual_time(work)
    return heard


def test_a_source_is_asked_at_once_and_then_an_interval_after_each_answer(no_jitter):
    source = TimedPoll([After(2, "up")])
    heard = watch_for([source], 37, no_jitter)
    assert source.asked_at_s == pytest.approx([0, 12, 24, 36])
    assert [reading.items for reading in heard] == ["up"] * 3
    assert [(reading.taken_at - BEGAN_AT).total_seconds() for reading in heard] == pytest.approx([2, 14, 26])
    assert [reading.took_s for reading in heard] == pytest.approx([2, 2, 2])


def test_a_source_that_hangs_is_told_after_its_time_out_and_delays_no_other(no_jitter):
    hanging = TimedPoll([After(HANG, None)], kind=OTHER)
    well = TimedPoll([After(0, "up")], interval_s=1)
    heard = watch_for([hanging, well], 20.5, no_jitter)
    assert well.asked_at_s == pytest.approx(range(21))
    told = [reading for reading in heard if reading.source == hanging.key]
    assert error_of(told[0].error) == "timeout: no answer in 5 s"
    assert (told[0].tried_at - BEGAN_AT).total_seconds() == pytest.approx(5)
    assert hanging.cancelled == len(hanging.asked_at_s) == 2


def test_waits_double_with_each_failure_up_to_a_minute_and_an_answer_ends_that(no_jitter):
    source = TimedPoll([*[After(0, DOWN)] * 7, After(0, "up")], interval_s=5)
    watch_for([source], 270, no_jitter)
    waits = [later - before for before, later in zip(source.asked_at_s, source.asked_at_s[1:], strict=False)]
    assert waits[:9] == pytest.approx([5, 10, 20, 40, 60, 60, 60, 5, 5])


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_the_spread_of_retries_stays_within_a_quarter_of_the_wait(seed, interval_s):
    source = TimedPoll([After(0, DOWN)], interval_s=interval_s)
    watch_for([source], 400, random.Random(seed))  # noqa: S311
    waits = [later - before for before, later in zip(source.asked_at_s, source.asked_at_s[1:], strict=False)]
    for failures, wait in enumerate(waits):
        meant = min(60, interval_s * 2**failures)
        assert max(interval_s, 0.75 * meant) - 1e-6 <= wait <= 1.25 * meant + 1e-6


@given(st.integers(0, 2**32), st.sampled_from([1, 30, 60, 300]))
def test_what_fails_is_never_asked_more_often_than_what_answers(seed, interval_s):
    source = TimedPoll([After(0, DOWN)], interval_s=interval_s)
    watch_for([source], 1300, random.Random(seed))  # noqa: S311
    waits = [later - before for before, later in zip(source.asked_at_s, source.asked_at_s[1:], strict=False)]
    assert min(waits) >= interval_s - 1e-6


def test_two_regions_that_fail_together_are_not_asked_again_together():
    sources = [TimedPoll([After(0, DOWN)], kind=OTHER, region=name) for name in ("ohio", "london")]
    watch_for(sources, 15, random.Random(1))  # noqa: S311
    assert sources[0].asked_at_s[1] != pytest.approx(sources[1].asked_at_s[1], abs=0.1)


@pytest.mark.parametrize(("asked_for_s", "waited_s"), [(None, 10), (3, 10), (45, 45), (60, 60), (300, 60), (86400, 60)])
def test_a_source_that_asks_for_a_pause_gets_it_but_is_looked_at_after_a_minute(no_jitter, asked_for_s, waited_s):
    limited = SourceError(ErrorKind.RATE_LIMITED, "too many", retry_after_s=asked_for_s)
    source = TimedPoll([After(0, limited), After(0, "up")])
    watch_for([source], waited_s + 1, no_jitter)
    assert source.asked_at_s == pytest.approx([0, waited_s])


def test_a_failing_source_keeps_its_items_and_their_age_beside_the_error(no_jitter):
    source = TimedPoll([After(1, "up"), After(0, DOWN), After(0, "again")])
    first, failed, recovered = watch_for([source], 22, no_jitter)
    assert (failed.items, failed.taken_at, failed.error) == ("up", first.taken_at, DOWN)
    assert (failed.tried_at - BEGAN_AT).total_seconds() == pytest.approx(11)
    assert (recovered.items, recovered.error) == ("again", None)
    assert recovered.taken_at == recovered.tried_at


def test_a_bug_in_one_collector_breaks_that_source_alone_and_is_logged_with_its_trace_once(no_jitter, caplog):
    broken = TimedPoll([After(0, ZeroDivisionError("token sk-abcdefgh12345678"))], kind=OTHER, interval_s=1)
    well = TimedPoll([After(0, "up")], interval_s=1)
    heard = watch_for([broken, well], 20.5, no_jitter)
    assert well.asked_at_s == pytest.approx(range(21))
    told = {error_of(reading.error) for reading in heard if reading.source == broken.key}
    assert told == {"malformed: internal error ZeroDivisionError, please report"}
    assert len(broken.asked_at_s) > 3
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


def test_breaking_and_recovering_are_logged_once_each_and_without_secrets(no_jitter, caplog):
    secret = SourceError(ErrorKind.UNAUTHORIZED, "sk-abcdefgh12345678 refused")
    source = TimedPoll([After(0, "up"), *[After(0, secret)] * 3, After(0, "up")], interval_s=2)
    watch_for([source], 60, no_jitter)
    said = [record.getMessage() for record in caplog.records]
    assert said == ["polled fails: •••• refused", "polled answers again after 3 failures"]


def test_asking_now_skips_the_wait_and_the_interval_starts_anew(no_jitter):
    source = TimedPoll([After(1, "up")])

    async def work() -> float:
        supervisor = Supervisor([source], lambda _: None, loop_clock(), random=no_jitter)
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(4)
        await supervisor.collect_now([source.key, SourceKey("nobody")])
        answered_s = asyncio.get_running_loop().time() - 1000
        await asyncio.sleep(12)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return answered_s

    assert in_virtual_time(work) == pytest.approx(5)
    assert source.asked_at_s == pytest.approx([0, 4, 15])


def test_asking_now_skips_the_wait_after_a_failure_too(no_jitter):
    source = TimedPoll([After(0, DOWN), After(0, "up")], interval_s=30)
    heard: list[Reading] = []

    async def work() -> None:
        supervisor = Supervisor([source], heard.append, loop_clock(), random=no_jitter)
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(1)
        await supervisor.collect_now([source.key])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    in_virtual_time(work)
    assert source.asked_at_s == pytest.approx([0, 1])
    assert heard[-1].items == "up"


def test_asking_now_joins_the_question_that_is_under_way_and_asks_no_second_one(no_jitter):
    source = TimedPoll([After(4, "up")])

    async def work() -> list[float]:
        supervisor = Supervisor([source], lambda _: None, loop_clock(), random=no_jitter)
        running = asyncio.create_task(supervisor.run())
        done: list[float] = []

        async def ask(at_s: float) -> None:
            await asyncio.sleep(at_s)
            assert source.asked_at_s == [0]
            await supervisor.collect_now([source.key])
            done.append(asyncio.get_running_loop().time() - 1000)

        await asyncio.gather(ask(1), ask(2), ask(3))
        await asyncio.sleep(5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return done

    assert in_virtual_time(work) == pytest.approx([4, 4, 4])
    assert source.asked_at_s == pytest.approx([0])


def test_asking_now_ends_when_the_source_runs_out_of_time(no_jitter):
    source = TimedPoll([After(0, "up"), After(HANG, None)])
    heard: list[Reading] = []

    async def work() -> float:
        supervisor = Supervisor([source], heard.append, loop_clock(), random=no_jitter)
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(1)
        await supervisor.collect_now([source.key])
        ended_s = asyncio.get_running_loop().time() - 1000
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return ended_s

    assert in_virtual_time(work) == pytest.approx(6)
    assert error_of(heard[-1].error) == "timeout: no answer in 5 s"


def test_cancelling_leaves_nothing_running_even_in_the_middle_of_an_answer(no_jitter):
    hanging, slow = TimedPoll([After(HANG, None)]), TimedPoll([After(4, "up")], kind=OTHER)
    assert watch_for([hanging, slow], 2, no_jitter) == []
    assert (hanging.cancelled, slow.cancelled) == (1, 1)


def test_after_the_laptop_slept_readings_bear_the_new_time_and_the_rhythm_goes_on(no_jitter):
    source = TimedPoll([After(0, "up")])
    slept = timedelta()

    def skew() -> timedelta:
        return timedelta(hours=8) if len(source.asked_at_s) > 2 else slept

    heard = watch_for([source], 35, no_jitter, skew=skew)
    assert source.asked_at_s == pytest.approx([0, 10, 20, 30])
    assert heard[1].taken_at - BEGAN_AT < timedelta(minutes=1)
    assert heard[2].taken_at - BEGAN_AT > timedelta(hours=8)
    assert all(reading.took_s == 0 for reading in heard)


def test_an_answer_in_parts_may_take_four_time_outs(no_jitter):
    source = TimedPoll([After(4, "whole", parts=3), After(4, "too long", parts=9)], interval_s=10)
    heard = watch_for([source], 47, no_jitter)
    assert [(reading.items, error_of(reading.error)) for reading in heard] == [
        ("whole", ""),
        ("whole", "timeout: a part of the answer came, but not the whole in 20 s"),
    ]
    assert heard[0].took_s == pytest.approx(16)


class Gathers:
    """A source of two parts, of which one fails when it is told to."""

    kind, region, interval_s, timeout_s = OTHER, None, 3600, 15

    def __init__(self) -> None:
        self.fails = asyncio.Event()

    async def collect(self) -> object:
        return await asyncio.gather(self._part(), asyncio.sleep(3600))

    async def _part(self) -> None:
        await self.fails.wait()
        raise DOWN


async def test_it_ends_when_it_is_told_to_though_a_part_of_a_source_fails_at_that_moment():
    source = Gathers()
    running = asyncio.create_task(Supervisor([source], lambda _: None, Clock()).run())
    await asyncio.sleep(0.05)
    source.fails.set()
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=5)
    assert done
