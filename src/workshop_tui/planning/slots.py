"""The planner: how hours look in the participants' zones, and which suit all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workshop_tui.errors import UserError
from workshop_tui.model.slot import Slot, ZoneHours

_STEP = timedelta(minutes=30)
_DAY = timedelta(days=1)
_NIGHT_ENDS, _OFFICE_OPENS, _OFFICE_CLOSES, _NIGHT_BEGINS = 6.0, 9.0, 17.5, 21.0
"""Local hours: comfort grows from 0 to 1 in the morning and falls back to 0 in the evening."""
_OF_WEEKDAY = (0.8, 1.0, 1.0, 1.0, 0.8, 0.0, 0.0)
"""Monday to Sunday: people travel and leave early at the ends of a week."""


def zone_of(timezone: str) -> ZoneInfo:
    """Raises `UserError` for a name that nobody knows."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise UserError(f'unknown time zone "{timezone}": expected a name like Europe/London or UTC') from None


def first_week_of_next_month(today: date) -> tuple[date, ...]:
    """Its days 1 to 7."""
    first = (today.replace(day=1) + 32 * _DAY).replace(day=1)
    return tuple(first + count * _DAY for count in range(7))


def slot_at(starts_at: datetime, duration: timedelta, timezones: Sequence[str], now: datetime) -> Slot:
    """Any time, judged for these zones. Raises `UserError` for an unknown or missing zone."""
    if not timezones:
        raise UserError("no time zone is given: name at least one, e.g. Europe/London")
    starts_at = starts_at.astimezone(UTC)
    hours = tuple(_hours(starts_at, duration, timezone) for timezone in dict.fromkeys(timezones))
    comforts = [zone_hours.comfort for zone_hours in hours]
    weekday = min(_OF_WEEKDAY[zone_hours.starts_at.weekday()] for zone_hours in hours)
    fit = 0.0 if min(comforts) == 0 else 0.7 * min(comforts) + 0.3 * sum(comforts) / len(comforts)
    return Slot(starts_at, duration, hours, fit * weekday, _clock_changes(starts_at, duration, hours, now))


def propose(now: datetime, duration: timedelta, timezones: Sequence[str], limit: int = 5) -> tuple[Slot, ...]:
    """The best slots of the first week of next month, best first, one for each day; empty when none suits everybody.

    The week is the first zone's. Raises `UserError` for an unknown or missing zone.
    """
    if not timezones:
        raise UserError("no time zone is given: name at least one, e.g. Europe/London")
    home = zone_of(timezones[0])
    best = []
    for day in first_week_of_next_month(now.astimezone(home).date()):
        begin = datetime.combine(day, time(), home).astimezone(UTC)
        end = datetime.combine(day + _DAY, time(), home).astimezone(UTC)
        slots = []
        while begin < end:
            slots.append(slot_at(begin, duration, timezones, now))
            begin += _STEP
        best.append(max(slots, key=lambda slot: slot.score))
    suitable = [slot for slot in best if slot.score > 0]
    return tuple(sorted(suitable, key=lambda slot: (-slot.score, slot.starts_at))[:limit])


def _hours(starts_at: datetime, duration: timedelta, timezone: str) -> ZoneHours:
    zone = zone_of(timezone)
    begins, ends = starts_at.astimezone(zone), (starts_at + duration).astimezone(zone)
    return ZoneHours(timezone, begins, ends, _comfort(begins, duration))


def _comfort(begins: datetime, duration: timedelta) -> float:
    begin_hour = begins.hour + begins.minute / 60
    end_hour = begin_hour + duration / timedelta(hours=1)
    morning = (begin_hour - _NIGHT_ENDS) / (_OFFICE_OPENS - _NIGHT_ENDS)
    evening = (_NIGHT_BEGINS - end_hour) / (_NIGHT_BEGINS - _OFFICE_CLOSES)
    return max(0.0, min(1.0, morning, evening))


def _clock_changes(
    starts_at: datetime, duration: timedelta, hours: Sequence[ZoneHours], now: datetime
) -> tuple[str, ...]:
    """Of each zone, from now (at most 8 weeks before) until a week after the slot."""
    notes = []
    for zone_hours in hours:
        zone = zone_of(zone_hours.timezone)
        moment = max(min(now, starts_at), starts_at - 56 * _DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        while moment < starts_at + duration + 7 * _DAY:
            before, after = moment.astimezone(zone), (moment + _DAY).astimezone(zone)
            step = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
            if step:
                way = "forward" if step > timedelta() else "back"
                notes.append(f"clocks in {zone_hours.timezone} go {way} on {_changes_on(moment, zone):%a %-d %b}")
            moment += _DAY
    return tuple(notes)


def _changes_on(moment: datetime, zone: ZoneInfo) -> date:
    """The local date of the change that lies within a day after `moment`."""
    offset = moment.astimezone(zone).utcoffset()
    while moment.astimezone(zone).utcoffset() == offset:
        moment += timedelta(minutes=15)
    return moment.astimezone(zone).date()
