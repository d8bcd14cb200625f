"""Times and durations as a person says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from workshop_tui.model.duration import short as short  # noqa: PLC0414  # the rooms say it too


def countdown(duration: timedelta) -> str:
    """`1:50` in minutes and seconds, `2:03:07` from one hour, `2 d 4 h` from two days; never negative."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds >= 2 * 86400:
        return f"{seconds // 86400} d {seconds % 86400 // 3600} h"
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return f"{seconds // 60}:{seconds % 60:02}"


def age(moment: datetime | None, now: datetime) -> str:
    """`8 s`, or `never` when there is no moment; a moment in the future reads as `0 s`."""
    if moment is None:
        return "never"
    return short(max(now - moment, timedelta()))


def until(moment: datetime, now: datetime) -> str:
    """`in 3 h`, `3 h ago`, or `now` within a minute."""
    left = moment - now
    if abs(left) < timedelta(minutes=1):
        return "now"
    return f"in {short(left)}" if left >= timedelta() else f"{short(left)} ago"


def zone(name: str) -> ZoneInfo:
    """UTC for a name that nobody knows: a wrong zone must not stop the room."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_time(moment: datetime, timezone: str, form: str = "%a %-d %b %H:%M") -> str:
    return moment.astimezone(zone(timezone)).strftime(form)


def clock_pair(moment: datetime, timezone: str) -> str:
    """`14:37 CET 13:37 UTC`, or `13:37 UTC` alone where both are one."""
    local = moment.astimezone(zone(timezone))
    utc = moment.astimezone(UTC)
    if local.utcoffset() == timedelta():
        return utc.strftime("%H:%M UTC")
    return f"{local.strftime('%H:%M %Z')} {utc.strftime('%H:%M UTC')}"
