from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from fakes.timed_sources import HANG, After, TimedPoll, TimedWatch, error_of
from fakes.virtual_time import BEGAN_AT, in_virtual_time, loop_clock
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.collect_once import collect_once

DOWN = SourceError(ErrorKind.FORBIDDEN, "may not list pods")


def collected(*sources, keys=None, limit_s=120) -> tuple[dict[SourceKey, Reading], float]:
    """What was read, and how many seconds it took."""

    async def work() -> tuple[dict[SourceKey, Reading], float]:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        wanted = [source.key for source in sources] if keys is None else keys
        return await collect_once(sources, wanted, loop_clock(), limit_s=limit_s), loop.time() - began_s

    return in_virtual_time(work)


def test_all_are_asked_at_the_same_time():
    sources = [TimedPoll([After(4, f"from {name}")], region=name) for name in ("ohio", "oregon", "london")]
    readings, took_s = collected(*sources)
    assert took_s == pytest.approx(4)
    assert {key.region: reading.items for key, reading in readings.items()} == {
        name: f"from {name}" for name in ("ohio", "oregon", "london")
    }


def test_each_reading_bears_the_time_of_its_own_answer():
    quick, slow = TimedPoll([After(1, "a")], region="ohio"), TimedPoll([After(3, "b")], region="london")
    readings, _ = collected(quick, slow)
    ages = [(readings[source.key].taken_at - BEGAN_AT).total_seconds() for source in (quick, slow)]
    assert ages == pytest.approx([1, 3])
    assert [readings[source.key].took_s for source in (quick, slow)] == pytest.approx([1, 3])


def test_one_that_hangs_takes_its_time_out_and_spoils_no_other():
    hanging, well = TimedPoll([After(HANG, None)], region="ohio"), TimedPoll([After(1, "up")], region="london")
    readings, took_s = collected(hanging, well)
    assert took_s == pytest.approx(5)
    assert error_of(readings[hanging.key].error) == "timeout: no answer in 5 s"
    assert (readings[hanging.key].items, readings[hanging.key].taken_at) == (None, None)
    assert readings[well.key].items == "up"
    assert hanging.cancelled == 1


def test_of_a_watched_source_only_the_list_is_taken_and_the_stream_is_closed():
    source = TimedWatch([[After(2, "list"), After(0, "never asked for"), After(HANG, None)]])
    readings, took_s = collected(source)
    assert took_s == pytest.approx(2)
    assert readings[source.key].items == "list"
    assert source.closed_at_s == pytest.approx([2])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (TimedPoll([After(0, DOWN)]), "forbidden: may not list pods"),
        (TimedWatch([[After(0, DOWN)]]), "forbidden: may not list pods"),
        (TimedPoll([After(0, KeyError("x"))]), "malformed: internal error KeyError, please report"),
        (TimedWatch([[After(HANG, None)]]), "timeout: no answer in 5 s"),
        (TimedWatch([[]]), "unreachable: the watch ended"),
    ],
    ids=["polled fails", "watched fails", "a bug", "watched hangs", "watched says nothing"],
)
def test_a_failure_is_that_sources_alone_and_says_why(source, said):
    well = TimedPoll([After(0, "up")], region="london")
    readings, _ = collected(source, well)
    assert error_of(readings[source.key].error) == said
    assert readings[source.key].items is None
    assert readings[well.key].items == "up"


def test_a_bug_is_logged_with_its_trace(caplog):
    collected(TimedPoll([After(0, KeyError("x"))]))
    assert [(record.getMessage(), record.exc_info[0]) for record in caplog.records] == [
        ("polled: internal error", KeyError)
    ]


def test_what_nobody_wants_is_not_asked():
    wanted, other = TimedPoll([After(0, "up")], region="ohio"), TimedPoll([After(0, "up")], region="london")
    readings, _ = collected(wanted, other, keys=[wanted.key, SourceKey("nobody")])
    assert readings.keys() == {wanted.key}
    assert other.asked_at_s == []


def test_a_long_list_that_comes_page_by_page_is_waited_for():
    source = TimedWatch([[After(4, "list", parts=9)]])
    readings, took_s = collected(source)
    assert (readings[source.key].items, took_s) == ("list", pytest.approx(40))


LIMITED = SourceError(ErrorKind.RATE_LIMITED, "limits the rate", retry_after_s=7)


def test_a_source_that_asks_for_a_pause_is_waited_for_and_asked_again():
    source = TimedPoll([After(0, LIMITED), After(0, LIMITED), After(1, "up")])
    readings, took_s = collected(source)
    assert (readings[source.key].items, readings[source.key].error) == ("up", None)
    assert source.asked_at_s == pytest.approx([0, 7, 14])
    assert took_s == pytest.approx(15)


def test_a_pause_that_would_last_longer_than_all_may_take_is_told_at_once():
    source = TimedPoll([After(0, LIMITED)])
    readings, took_s = collected(source, limit_s=20)
    assert readings[source.key].error == LIMITED
    assert took_s == pytest.approx(14)


def test_a_source_is_waited_for_as_long_as_all_may_take():
    limited = SourceError(ErrorKind.RATE_LIMITED, "limits the rate", retry_after_s=1)
    source = TimedPoll([*[After(0, limited)] * 8, After(0, "up")])
    readings, took_s = collected(source, limit_s=60)
    assert (readings[source.key].items, readings[source.key].error) == ("up", None)
    assert took_s < 60


def test_a_server_that_never_stops_asking_for_pauses_is_asked_ever_less_and_left_at_the_end():
    source = TimedPoll([After(0, SourceError(ErrorKind.RATE_LIMITED, "limits the rate"))])
    readings, took_s = collected(source)
    assert readings[source.key].error is not None
    pauses = [later - earlier for earlier, later in pairwise(source.asked_at_s)]
    assert pauses == sorted(pauses)
    assert len(pauses) < 12
    assert took_s <= 120


def test_all_of_it_ends_at_its_limit_and_keeps_what_has_come():
    endless = TimedWatch([[After(4, "list", parts=1000)]])
    well = TimedPoll([After(3, "up")])
    readings, took_s = collected(endless, well, limit_s=30)
    assert took_s == pytest.approx(30)
    assert readings[well.key].items == "up"
    assert error_of(readings[endless.key].error) == "timeout: not the whole answer in the 30 s that all may take"
