"""Moments relative to the workshop's start, as people write them: `T-2d`, `T+10m`, `live`, `after`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from workshop_rehearsal.duration import duration_s
from workshop_rehearsal.errors import RehearsalError

EARLIEST = timedelta(days=-14)
LATEST = timedelta(days=2)
HISTORY_STARTS = timedelta(days=-15)
"""The simulated history begins here; nothing earlier can be shown."""

_OFFSET = re.compile(r"T(?:(?P<sign>[+-])(?P<parts>(?:\d+[dhms])+))?", re.IGNORECASE)


def parse_offset(text: str) -> timedelta:
    """`T`, `T-2d`, `T+1h30m` as the time after the workshop's start. Raises `RehearsalError`."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise RehearsalError(f'cannot read the moment "{text}": expected e.g. T-7d, T-24h, live, T+10m or after')
    try:
        after = timedelta(seconds=duration_s((match["parts"] or "0s").lower()))
    except ValueError:
        raise RehearsalError(f'the moment "{text}" is out of reach: the rehearsal knows T-14d to T+2d') from None
    return -after if match["sign"] == "-" else after


def parse_at(text: str, *, workshop_minutes: int = 75) -> timedelta:
    """A phase or offset as the time after the workshop's start; `live` is T+1m, `after` two hours past the end.

    Raises `RehearsalError` for other words and for moments outside T-14d to T+2d.
    """
    word = text.strip().lower()
    if word == "live":
        return timedelta(minutes=1)
    if word == "after":
        return timedelta(minutes=workshop_minutes, hours=2)
    offset = parse_offset(text)
    if not EARLIEST <= offset <= LATEST:
        raise RehearsalError(f'the moment "{text}" is out of reach: the rehearsal knows T-14d to T+2d')
    return offset


def place_workshop(shown_at: datetime, at: timedelta) -> datetime:
    """When the workshop starts if `shown_at` shall be the moment `at`.

    Before the workshop the start is the next full half hour, so `shown_at` may lie up to 30 minutes earlier than asked.
    """
    starts_at = shown_at - at
    if at > timedelta(hours=-1):
        return starts_at.replace(microsecond=0)
    past = timedelta(minutes=starts_at.minute % 30, seconds=starts_at.second, microseconds=starts_at.microsecond)
    return starts_at - past + timedelta(minutes=30) if past else starts_at
