from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from fakes.timed_sources import HANG, After, TimedWatch, error_of
from fakes.virtual_time import BEGAN_AT, in_virtual_time, loop_clock
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.source import Reading
from workshop_tui.observing.supervisor import Supervisor

SILENT = After(HANG, None)
FORBIDDEN = SourceError(ErrorKind.FORBIDDEN, "cannot watch")
LOST = SourceError(ErrorKind.UNREACHABLE, "connection lost")


@pytest.fixture
def watch_for(no_jitter):
    def watch(sources, seconds: float) -> list[Reading]:
        heard: list[Reading] = []

        async def work() -> None:
            running = asyncio.create_task(Supervisor(sources, heard.append, loop_clock(), random=no_jitter).run())
            await asyncio.sleep(seconds)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        in_virtual_time(work)
        return heard

    return watch


def seconds_of(heard: list[Reading]) -> list[float]:
    return [(reading.tried_at - BEGAN_AT).total_seconds() for reading in heard]


def test_the_list_and_each_change_are_told_as_they_come(watch_for):
    source = TimedWatch([[After(1, "list"), After(3, "changed"), After(9, "changed again"), SILENT]])
    heard = watch_for([source], 15)
    assert [reading.items for reading in heard] == ["list", "changed", "changed again"]
    assert seconds_of(heard) == pytest.approx([1, 4, 13])
    assert [reading.took_s for reading in heard] == pytest.approx([1, 0, 0])


def test_a_proof_of_life_refreshes_the_age_of_unchanged_items(watch_for):
    items = ("pod",)
    heard = watch_for([TimedWatch([[After(0, items), *[After(9, items)] * 5, SILENT]])], 46)
    assert all(reading.items is items and reading.error is None for reading in heard)
    assert seconds_of(heard) == pytest.approx([0, 9, 18, 27, 36, 45])


def test_a_list_that_does_not_come_in_its_time_out_is_a_time_out(watch_for):
    (failed,) = watch_for([TimedWatch([[SILENT]])], 5.5)
    assert error_of(failed.error) == "timeout: no answer in 5 s"
    assert seconds_of([failed]) == pytest.approx([5])
    assert failed.taken_at is None


def test_a_long_list_may_take_its_time_as_long_as_its_pages_come(watch_for):
    heard = watch_for([TimedWatch([[After(4, "list", parts=9), SILENT]])], 45)
    assert [(reading.items, error_of(reading.error), reading.took_s) for reading in heard] == [
        ("list", "", pytest.approx(40))
    ]


def test_a_stream_that_falls_silent_is_suspect_keeps_its_items_and_is_opened_anew(watch_for):
    source = TimedWatch([[After(0, "list"), SILENT], [After(0, "list again"), SILENT]])
    heard = watch_for([source], 12)
    assert [reading.items for reading in heard] == ["list", "list", "list again"]
    assert heard[1].error.kind is ErrorKind.TIMEOUT
    assert heard[1].taken_at == heard[0].taken_at
    assert source.opened_at_s == pytest.approx([0, 11])
    assert source.closed_at_s == pytest.approx([10, 12])


def test_silence_is_told_with_how_long_it_lasted(watch_for):
    heard = watch_for([TimedWatch([[After(0, "list"), SILENT]], interval_s=45)], 46)
    assert error_of(heard[1].error) == "timeout: silent for 45 s"


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ([], "unreachable: the watch ended"),
        ([After(2, LOST)], "unreachable: connection lost"),
        ([After(2, KeyError("x"))], "malformed: internal error KeyError, please report"),
    ],
    ids=["ends", "fails", "has a bug"],
)
def test_a_stream_that_stops_is_told_keeps_its_items_and_is_opened_anew(watch_for, end, said):
    source = TimedWatch([[After(0, "list"), *end], [After(0, "list again"), SILENT]])
    heard = watch_for([source], 5)
    assert [(reading.items, error_of(reading.error)) for reading in heard] == [
        ("list", ""),
        ("list", said),
        ("list again", ""),
    ]
    assert len(source.closed_at_s) == 2


@pytest.mark.parametrize(
    "end", [[], [After(0, FORBIDDEN)], [After(0.5, "changed"), After(0.5, LOST)]], ids=["ends", "forbidden", "is cut"]
)
def test_what_can_be_listed_but_not_watched_is_listed_ever_more_rarely(watch_for, end):
    source = TimedWatch([[After(0, "list"), *end]])
    heard = watch_for([source], 170)
    lived_s = sum(step.wait_s for step in end)
    waited_s = [late - early - lived_s for early, late in pairwise(source.opened_at_s)]
    assert waited_s == pytest.approx([1, 2, 4, 8, 16, 32, 60])
    assert heard[-1].error is not None


def test_a_stream_that_lived_for_a_while_is_opened_again_at_once_when_it_is_cut(watch_for):
    lives = [After(0, "list"), *[After(9, "changed")] * 4, After(0, LOST)]
    source = TimedWatch([*[[After(0, LOST)]] * 3, lives, lives, [After(0, "list"), SILENT]])
    watch_for([source], 90)
    assert source.opened_at_s == pytest.approx([0, 1, 3, 7, 7 + 37, 44 + 37])


def test_a_region_that_cannot_be_reached_is_asked_ever_more_rarely(watch_for):
    source = TimedWatch([[After(0, LOST)]])
    watch_for([source], 160)
    assert source.opened_at_s == pytest.approx([0, 1, 3, 7, 15, 31, 63, 123])


def test_one_silent_region_delays_no_other(watch_for):
    dead = TimedWatch([[SILENT]], region="ohio")
    alive = TimedWatch([[After(0, "list"), *[After(1, "list")] * 30]], region="london")
    heard = watch_for([dead, alive], 20.5)
    assert seconds_of([reading for reading in heard if reading.source == alive.key]) == pytest.approx(range(21))


def test_cancelling_closes_the_stream(watch_for):
    source = TimedWatch([[After(0, "list"), SILENT]])
    watch_for([source], 3)
    assert source.closed_at_s == pytest.approx([3])


def asks_now(source: TimedWatch, at_s: float, chance) -> float:
    """Seconds that it took."""

    async def work() -> float:
        loop = asyncio.get_running_loop()
        supervisor = Supervisor([source], lambda _: None, loop_clock(), random=chance)
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(at_s)
        began_s = loop.time()
        await supervisor.collect_now([source.key])
        took_s = loop.time() - began_s
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return took_s

    return in_virtual_time(work)


def test_asking_a_stream_that_just_spoke_returns_at_once(no_jitter):
    assert asks_now(TimedWatch([[After(0, "list"), SILENT]]), 4, no_jitter) == 0


def test_asking_a_quiet_stream_waits_for_its_next_word(no_jitter):
    source = TimedWatch([[After(0, "list"), After(9, "list"), SILENT]])
    assert asks_now(source, 7, no_jitter) == pytest.approx(2)


def test_asking_a_broken_stream_opens_it_at_once(no_jitter):
    source = TimedWatch([*[[After(0, LOST)]] * 5, [After(0.5, "list"), SILENT]])
    assert asks_now(source, 20, no_jitter) == pytest.approx(0.5)
    assert source.opened_at_s[-1] == pytest.approx(20)
