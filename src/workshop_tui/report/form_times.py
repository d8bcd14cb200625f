"""Times of one column of a form's export, in whatever form its locale has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

_SLASHED = re.compile(
    r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4}),?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?\.?[Mm]?\.?"
    r"(?:\s*(?:UTC|GMT|Z)\s*([+-]\d{1,2})?(?::?(\d{2}))?)?"
)


def form_times(texts: Sequence[str], zone: tzinfo) -> list[datetime | None]:
    """In UTC; None for what cannot be read without doubt. A time without a zone is of `zone`.

    Whether `3/4/2026` is in March or April is told by the column's other days over 12; where none tells, None.
    """
    day_first = _day_first(texts)
    return [_time(text.strip(), zone, day_first) for text in texts]


def _day_first(texts: Sequence[str]) -> bool | None:
    found = [match for text in texts if (match := _SLASHED.fullmatch(text.strip())) and len(match.group(1)) <= 2]
    first = any(int(match.group(1)) > 12 for match in found)
    second = any(int(match.group(2)) > 12 for match in found)
    return None if first == second else first


def _time(text: str, zone: tzinfo, day_first: bool | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text)
    except ValueError:
        return _slashed(text, zone, day_first)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _slashed(text: str, zone: tzinfo, day_first: bool | None) -> datetime | None:
    match = _SLASHED.fullmatch(text)
    if match is None:
        return None
    first, second, third, hour, minute = (int(part) for part in match.groups()[:5])
    if len(match.group(1)) == 4:
        year, month, day = first, second, third
    elif len(match.group(3)) == 4 and (day_first is not None or first == second):
        year, month, day = third, *((second, first) if day_first else (first, second))
    else:
        return None
    half = (match.group(7) or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    try:
        moment = datetime(year, month, day, hour, minute, int(match.group(6) or 0), tzinfo=zone)
        if re.search(r"UTC|GMT|Z", text):
            offset_hours, offset_minutes = int(match.group(8) or 0), int(match.group(9) or 0)
            sign = -1 if (match.group(8) or "").startswith("-") else 1
            offset = timedelta(hours=offset_hours, minutes=sign * offset_minutes)
            return moment.replace(tzinfo=UTC) - offset
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
