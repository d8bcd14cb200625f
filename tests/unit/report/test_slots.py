from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from workshop_tui.errors import UserError
from workshop_tui.planning.slots import first_week_of_next_month, propose, slot_at

US_AND_EUROPE = ("America/Los_Angeles", "America/New_York", "Europe/London", "Europe/Berlin")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 23), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2028, 1, 31), date(2028, 2, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
    ],
)
def test_the_week_is_the_first_one_of_the_next_month(today: date, first: date) -> None:
    assert first_week_of_next_month(today) == tuple(first + timedelta(days=count) for count in range(7))


def test_the_best_slots_are_from_tuesday_to_thursday_in_daylight_for_everybody() -> None:
    slots = propose(datetime(2026, 11, 23, 12, tzinfo=UTC), timedelta(minutes=75), US_AND_EUROPE)
    assert [slot.starts_at.strftime("%a") for slot in slots[:3]] == ["Tue", "Wed", "Thu"]
    assert len(slots) == 5
    best = slots[0]
    shown = {hours.timezone: hours.starts_at.strftime("%H:%M") for hours in best.hours}
    assert shown == {
        "America/Los_Angeles": "08:00",
        "America/New_York": "11:00",
        "Europe/London": "16:00",
        "Europe/Berlin": "17:00",
    }


def test_the_same_hour_moves_in_utc_when_clocks_have_changed() -> None:
    winter = propose(datetime(2026, 1, 20, tzinfo=UTC), HOUR, ("Europe/London",))[0]
    summer = propose(datetime(2026, 6, 20, tzinfo=UTC), HOUR, ("Europe/London",))[0]
    assert winter.hours[0].starts_at.hour == summer.hours[0].starts_at.hour
    assert winter.starts_at.hour - summer.starts_at.hour == 1


def test_a_clock_change_on_the_way_is_named_with_its_zone_and_day() -> None:
    slot = slot_at(
        datetime(2026, 11, 3, 16, tzinfo=UTC),
        HOUR,
        ("America/New_York", "Europe/London", "Asia/Tokyo"),
        datetime(2026, 10, 10, tzinfo=UTC),
    )
    assert slot.notes == (
        "clocks in America/New_York go back on Sun 1 Nov",
        "clocks in Europe/London go back on Sun 25 Oct",
    )
    assert [hours.starts_at.strftime("%H:%M") for hours in slot.hours] == ["11:00", "16:00", "01:00"]


def test_a_clock_change_in_the_week_after_is_named_too() -> None:
    slot = slot_at(datetime(2026, 3, 5, 16, tzinfo=UTC), HOUR, ("America/New_York",), datetime(2026, 3, 1, tzinfo=UTC))
    assert slot.notes == ("clocks in America/New_York go forward on Sun 8 Mar",)


def test_nothing_is_proposed_when_it_is_always_night_for_somebody() -> None:
    zones = ("America/Los_Angeles", "Europe/London", "Asia/Tokyo", "Asia/Kolkata")
    assert propose(datetime(2026, 11, 23, tzinfo=UTC), HOUR, zones) == ()


@pytest.mark.parametrize(("zones", "said"), [(("Mars/Base",), 'unknown time zone "Mars/Base"'), ((), "no time zone")])
def test_a_wrong_zone_is_named(zones: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError, match=said):
        propose(datetime(2026, 11, 23, tzinfo=UTC), HOUR, zones)


@example(datetime(2004, 10, 31, tzinfo=UTC), 15)
@given(
    some.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 1), timezones=some.just(UTC)),  # noqa: DTZ001  # the zone is drawn beside
    some.integers(15, 240),
)
def test_a_slot_shows_one_moment_in_every_zone(starts_at: datetime, minutes: int) -> None:
    slot = slot_at(starts_at, timedelta(minutes=minutes), US_AND_EUROPE, starts_at)
    assert 0 <= slot.score <= 1
    for hours in slot.hours:
        # in UTC: Python holds an hour that clocks show twice for unequal to any time of another zone
        assert hours.starts_at.astimezone(UTC) == starts_at
        assert hours.ends_at.astimezone(UTC) - starts_at == timedelta(minutes=minutes)
        if hours.starts_at.weekday() > 4 or hours.starts_at.hour < 6:
            assert slot.score == 0
