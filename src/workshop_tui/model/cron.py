"""Schedules as Kubernetes reads them, which is as robfig/cron v3 does, and not as Debian's cron.

A day must match both day fields when one of them is a plain `*`, else either of them: `*/2` is no plain star. An hour
that a change of the clocks skips has no run, one that it repeats has two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = dict(zip(("jan", "feb", "mar", "apr", "may", "jun"), range(1, 7), strict=True)) | dict(
    zip(("jul", "aug", "sep", "oct", "nov", "dec"), range(7, 13), strict=True)
)
_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_ZONES = ("TZ=", "CRON_TZ=")


@dataclass(frozen=True, slots=True)
class Field:
    values: frozenset[int]
    star: bool
    """A plain `*` is part of it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field
    zone: ZoneInfo

    def between(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """Its times from `begins` to `ends`, both included, in UTC and in their order; each is sought when asked for.

        Hours of UTC are walked through, not local ones: no change of the clocks skips, repeats or disorders them.
        """
        hour = begins.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while hour <= ends:
            if self._may_run_within(hour):
                minutes = (hour + timedelta(minutes=minute) for minute in range(60))
                yield from (at for at in minutes if begins <= at <= ends and self._runs_at(at))
            hour += timedelta(hours=1)

    def _may_run_within(self, hour: datetime) -> bool:
        first, last = (at.astimezone(self.zone) for at in (hour, hour + timedelta(minutes=59)))
        if first.utcoffset() != last.utcoffset():
            return True
        return any(local.hour in self.hour.values and self._matches(local) for local in (first, last))

    def _runs_at(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return local.minute in self.minute.values and local.hour in self.hour.values and self._matches(local)

    def _matches(self, day: date) -> bool:
        if day.month not in self.month.values:
            return False
        by_date, by_weekday = day.day in self.day.values, day.isoweekday() % 7 in self.weekday.values
        if self.day.star or self.weekday.star:
            return by_date and by_weekday
        return by_date or by_weekday


def parse_schedule(text: str, zone: str = "") -> Schedule:
    """Five fields or a macro, after `TZ=` or `CRON_TZ=`, which outdoes `zone`; UTC without either.

    Raises `ValueError`, also for `@every`, whose times hang on what ran before, and for a zone that nobody knows.
    """
    said = text.strip()
    if said.startswith(_ZONES):
        prefix, _, said = said.partition(" ")
        zone = prefix.partition("=")[2]
    said = said.strip()
    fields = _MACROS.get(said, said).split()
    if len(fields) != 5:
        raise ValueError(f"five fields are expected, not {len(fields)}")
    try:
        place = ZoneInfo(zone or "UTC")
    except (KeyError, OSError) as error:
        raise ValueError(f"no zone is called {zone}") from error
    return Schedule(
        _field(fields[0], 0, 59),
        _field(fields[1], 0, 23),
        _field(fields[2], 1, 31),
        _field(fields[3], 1, 12, _MONTHS),
        _field(fields[4], 0, 6, _DAYS),
        place,
    )


def _field(text: str, least: int, most: int, names: Mapping[str, int] | None = None) -> Field:
    values: set[int] = set()
    star = False
    for part in filter(None, text.split(",")):
        span, slash, step_text = part.partition("/")
        first, dash, last = span.partition("-")
        step = _number(step_text) if slash else 1
        if first in ("*", "?") and not dash:
            begin, end = least, most
            star = star or step == 1
        else:
            begin = _number(first, names)
            end = _number(last, names) if dash else most if slash else begin
        if not (least <= begin <= end <= most and step > 0):
            raise ValueError(f"{part} is out of {least} to {most}")
        values.update(range(begin, end + 1, step))
    if not values:
        raise ValueError("a field is empty")
    return Field(frozenset(values), star)


def _number(text: str, names: Mapping[str, int] | None = None) -> int:
    named = (names or {}).get(text.lower())
    if named is not None:
        return named
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{text} is no number")
    return int(text)
