"""Due offsets as the guide writes them: `T-2d`, `T-24h`, `T+48h`, `live`."""

from __future__ import annotations

import re
from datetime import timedelta

_OFFSET = re.compile(r"T([+-])(\d{1,4})(d|h|min)")
_MINUTES = {"d": 24 * 60, "h": 60, "min": 1}


def parse_due(text: object) -> timedelta:
    """Negative before the start; `live` is zero. Raises `ValueError`."""
    if text == "live":
        return timedelta()
    found = _OFFSET.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found.group(2)) == 0:
        raise ValueError("expected an offset like T-2d, T-24h, T+48h or live")
    sign = -1 if found.group(1) == "-" else 1
    return sign * timedelta(minutes=int(found.group(2)) * _MINUTES[found.group(3)])


def due_text(due: timedelta) -> str:
    """In days where the guide would say days (`T-2d`, but `T-24h` and `T+48h`); whole minutes only."""
    minutes = round(abs(due.total_seconds()) / 60)
    if minutes == 0:
        return "live"
    sign = "-" if due < timedelta() else "+"
    longest_in_hours = 24 if sign == "-" else 48
    if minutes % (24 * 60) == 0 and minutes > longest_in_hours * 60:
        return f"T{sign}{minutes // (24 * 60)}d"
    return f"T{sign}{minutes // 60}h" if minutes % 60 == 0 else f"T{sign}{minutes}min"
