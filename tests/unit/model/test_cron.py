"""Schedules as robfig/cron v3 reads them; the tables follow its documented behaviour."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.cron import Schedule, parse_schedule

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)  # a Tuesday


def days(text: str, zone: str = "") -> list[int]:
    return [at.day for at in parse_schedule(text, zone).between(DECEMBER, DECEMBER + timedelta(days=14, minutes=-1))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0 0 * * *", list(range(1, 15))),
        ("0 0 4 * *", [4]),
        ("0 0 * * 1", [7, 14]),
        ("0 0 4 * 1", [4, 7, 14]),  # either of them
        ("0 0 */5 * 1", [1, 6, 7, 11, 14]),  # a step is no star, so either of them
        ("0 0 4 * */3", [2, 4, 5, 6, 9, 12, 13]),
        ("0 0 */1 * 1", [7, 14]),  # a step of one is a star
        ("0 0 ? * 1", [7, 14]),
        ("0 0 *,4 * 1", [7, 14]),
        ("0 0 */5 * *", [1, 6, 11]),
        ("0 0 10/2 * *", [10, 12, 14]),
        ("0 0 1-3,9 DEC Tue-wed", [1, 2, 3, 8, 9]),
        ("0 0 * 11 *", []),
        ("@weekly", [6, 13]),
        ("@daily", list(range(1, 15))),
        ("@midnight", list(range(1, 15))),
        ("@monthly", [1]),
        ("@annually", []),
        ("@yearly", []),
    ],
)
def test_days_are_those_of_robfigs_cron(text: str, found: list[int]) -> None:
    assert days(text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"),
        *("5-1 * * * *", "*/0 * * * *", "1-2-3 * * * *", "1/2/3 * * * *", "* * L * *", "* * * * 1#2", "a * * * *"),
        *("@every 5m", "@hourly now", "@reboot", "-1 * * * *", ", * * * *", "TZ=Nowhere/City * * * * *"),
    ],
)
def test_what_kubernetes_refuses_is_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [
        ("0 9 1 * *", "", 9),
        ("0 9 1 * *", "America/New_York", 14),
        ("TZ=America/New_York 0 9 1 * *", "", 14),
        ("CRON_TZ=America/New_York  0 9 1 * *", "Europe/Berlin", 14),
        ("CRON_TZ=UTC @monthly", "Europe/Berlin", 0),
    ],
)
def test_a_schedules_own_zone_outdoes_the_jobs(text: str, zone: str, hour: int) -> None:
    (at, *_) = parse_schedule(text, zone).between(DECEMBER, DECEMBER + timedelta(days=1))
    assert (at.hour, at.tzinfo) == (hour, UTC)


def test_an_unknown_zone_of_the_job_is_told() -> None:
    with pytest.raises(ValueError, match="no zone is called Nowhere"):
        parse_schedule("@daily", "Nowhere")


def test_an_hour_that_is_skipped_has_no_run_and_one_that_is_repeated_has_two() -> None:
    schedule = parse_schedule("30 2 * * *", "Europe/Berlin")
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert [at.day for at in schedule.between(spring, spring + timedelta(days=2))] == [30]
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    found = list(schedule.between(autumn, autumn + timedelta(days=1)))
    assert [(at.hour, at.minute) for at in found] == [(0, 30), (1, 30)]


@given(
    st.sampled_from(["*", "*/7", "3", "1-5", "10-40/9"]),
    st.sampled_from(["*", "*/5", "2", "22-23"]),
    st.integers(0, 400),
)
def test_each_time_matches_its_fields_and_lies_in_the_span(minute: str, hour: str, began: int) -> None:
    begins = DECEMBER + timedelta(hours=began * 7)
    zone = ZoneInfo("America/New_York")
    schedule = parse_schedule(f"{minute} {hour} * * *", zone.key)
    found = list(schedule.between(begins, begins + timedelta(days=2)))
    assert found == sorted(set(found))
    for at in found:
        assert begins <= at <= begins + timedelta(days=2)
        local = at.astimezone(zone)
        assert local.minute in schedule.minute.values
        assert local.hour in schedule.hour.values


def every_local_time(schedule: Schedule, begins: datetime, ends: datetime) -> list[datetime]:
    """The plain definition: each time on the clock of each day that exists, once or twice."""
    found: set[datetime] = set()
    day = begins.date() - timedelta(days=2)
    while day <= ends.date() + timedelta(days=2):
        by_date = day.day in schedule.day.values, day.isoweekday() % 7 in schedule.weekday.values
        on_day = all(by_date) if schedule.day.star or schedule.weekday.star else any(by_date)
        if on_day and day.month in schedule.month.values:
            for at in (time(hour, minute) for hour in schedule.hour.values for minute in schedule.minute.values):
                for fold in (0, 1):
                    local = datetime.combine(day, at, schedule.zone).replace(fold=fold)
                    moment = local.astimezone(UTC)
                    if moment.astimezone(schedule.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                        found.add(moment)
        day += timedelta(days=1)
    return sorted(at for at in found if begins <= at <= ends)


CLOCKS_CHANGE = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # by half an hour
    ("Antarctica/Troll", datetime(2026, 10, 25, 1, tzinfo=UTC)),  # by two hours
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # a minute after midnight, back into yesterday
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day was left out
    ("Asia/Kathmandu", datetime(2026, 12, 1, tzinfo=UTC)),
    ("UTC", datetime(2026, 12, 31, 23, 59, tzinfo=UTC)),
]


@given(
    st.sampled_from(["*", "*/7", "3", "0", "59", "10-40/9"]),
    st.sampled_from(["*", "*/5", "0", "1,2", "22-23"]),
    st.sampled_from(["* * *", "*/2 * 1", "29-31 * *", "* 3,10 *", "1 1 5"]),
    st.sampled_from(CLOCKS_CHANGE),
    st.timedeltas(timedelta(days=-1), timedelta(hours=2)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_a_schedule_runs_at_every_time_that_the_local_clock_shows(
    minute: str, hour: str, day: str, change: tuple[str, datetime], before: timedelta, length: timedelta
) -> None:
    zone, at = change
    schedule = parse_schedule(f"{minute} {hour} {day}", zone)
    begins = at + before
    assert list(schedule.between(begins, begins + length)) == every_local_time(schedule, begins, begins + length)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("schedule", ["* * * * *", "59 * * * *", "59 23 * * *", "0 0 29 2 *"])
def test_the_first_runs_of_a_schedule_are_found_without_holding_anything_up(schedule: str, zone: str) -> None:
    def took_s() -> float:
        began_s = perf_counter()
        assert (
            len(list(islice(parse_schedule(schedule, zone).between(DECEMBER, DECEMBER + timedelta(days=3)), 13))) < 14
        )
        return perf_counter() - began_s

    assert min(took_s() for _ in range(5)) < 0.004
