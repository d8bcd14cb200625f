"""Times of one column of a form's export, in whatever form its locale has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

from dateutil import parser

_SLASHED = re.compile(
    r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4}),?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?\.?[Mm]?\.?"
    r"(?:\s*(?:UTC|GMT|Z)\s*([+-]\d{1,2})?(?::?(\d{2}))?)?"
)
_NAMED_MONTH = re.compile(r"(?=.*[^\W\d_]{3})(?=.*\b\d{4}\b)(?=.*\b\d{1,2}\b).*\d{1,2}:\d{2}.*")
_BLANK_DAYS = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001  # only fill what the text leaves open
_LATEST_TWO_DIGIT_YEAR = 69


def form_times(texts: Sequence[str], zone: tzinfo) -> tuple[list[datetime | None], str]:
    """(times in UTC, the guess that they rest on). None for what cannot be read; a time without a zone is of `zone`.

    Whether `3/4/2026` is in March or April is told by the column's other days over 12, or by dots; else it is guessed
    from a clock of twelve hours, or from the order of the rows, and the guess is told; where nothing tells, None.
    """
    stripped = [text.strip() for text in texts]
    slashed = [match for text in stripped if (match := _SLASHED.fullmatch(text)) and len(match.group(1)) <= 2]
    if not slashed:
        return [_time(text, zone, day_first=None) for text in stripped], ""
    day_first, guess = _day_first(slashed)
    if day_first is None and not guess:
        day_first = _order(stripped, zone)
        if day_first is not None:
            guess = f"guessed from the order of the rows: dates are {_named(day_first)}"
    times = [_time(text, zone, day_first) for text in stripped]
    if day_first is None and any(moment is None and text for moment, text in zip(times, stripped, strict=True)):
        return times, f'dates like "{slashed[0].group(0)}" may be of either order: not read'
    return times, guess


def _named(day_first: bool) -> str:
    return "day first" if day_first else "month first"


def _day_first(found: Sequence[re.Match[str]]) -> tuple[bool | None, str]:
    first = any(int(match.group(1)) > 12 for match in found)
    second = any(int(match.group(3)) > 12 for match in found)
    if first and second:
        return None, "dates of both orders in one column"
    if first or second:
        return first, ""
    if all(match.group(2) == "." for match in found):
        return True, ""
    if all(match.group(8) for match in found):
        return False, f"guessed from the clock of twelve hours: dates are {_named(False)}"
    return None, ""


def _order(texts: Sequence[str], zone: tzinfo) -> bool | None:
    """The one reading under which the rows, of at least three days, stand in the order of time."""
    fitting = []
    for day_first in (True, False):
        times = [moment for text in texts if (moment := _time(text, zone, day_first))]
        rising = all(earlier <= later for earlier, later in pairwise(times))
        falling = all(earlier >= later for earlier, later in pairwise(times))
        if (rising or falling) and len({moment.date() for moment in times}) > 2:
            fitting.append(day_first)
    return fitting[0] if len(fitting) == 1 else None


def _time(text: str, zone: tzinfo, day_first: bool | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text)
    except ValueError:
        return _slashed(text, zone, day_first) or _with_named_month(text, zone)
    return _in_utc(moment, zone)


def _in_utc(moment: datetime, zone: tzinfo) -> datetime | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _with_named_month(text: str, zone: tzinfo) -> datetime | None:
    """`Nov 1, 2026 9:00 AM`; nothing that leaves the day, month or year open."""
    if len(text) > 60 or not _NAMED_MONTH.fullmatch(text):
        return None
    try:
        read = {parser.parse(text, default=blank, tzinfos=_known_zone) for blank in _BLANK_DAYS}
    except (ValueError, OverflowError, TypeError):
        return None
    return _in_utc(read.pop(), zone) if len(read) == 1 else None


def _known_zone(name: str | None, offset_s: int | None) -> tzinfo | None:
    if name is None and offset_s is None:
        return None
    if offset_s is None and name is not None and name.upper() not in ("UTC", "GMT", "Z"):
        raise ValueError(name)
    return timezone(timedelta(seconds=offset_s or 0))


def _slashed(text: str, zone: tzinfo, day_first: bool | None) -> datetime | None:
    match = _SLASHED.fullmatch(text)
    if match is None:
        return None
    first, second, third, hour, minute = (int(match.group(part)) for part in (1, 3, 4, 5, 6))
    if len(match.group(1)) == 4:
        year, month, day = first, second, third
    elif len(match.group(4)) in (2, 4) and (day_first is not None or first == second):
        year, month, day = third, *((second, first) if day_first else (first, second))
        if len(match.group(4)) == 2:
            year += 2000 if year < _LATEST_TWO_DIGIT_YEAR else 1900
    else:
        return None
    half = (match.group(8) or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    try:
        moment = datetime(year, month, day, hour, minute, int(match.group(7) or 0), tzinfo=zone)
        if re.search(r"UTC|GMT|Z", text):
            offset_hours, offset_minutes = int(match.group(9) or 0), int(match.group(10) or 0)
            sign = -1 if (match.group(9) or "").startswith("-") else 1
            offset = timedelta(hours=offset_hours, minutes=sign * offset_minutes)
            return moment.replace(tzinfo=UTC) - offset
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
