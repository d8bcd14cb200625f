"""Local dates and times that people type."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from workshop_tui.errors import UserError

_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M")


def parse_local(text: str, timezone: str) -> datetime:
    """`2026-12-03 16:00` in an IANA zone, as UTC.

    Raises `UserError` for an unknown zone, another form, and a time that the zone's clock skips. A time that the
    clock shows twice is the first of the two.
    """
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise UserError(f'unknown time zone "{timezone}": expected a name like Europe/London or UTC') from None
    for form in _FORMS:
        try:
            naive = datetime.strptime(text.strip(), form)  # noqa: DTZ007  # the zone is attached below
        except ValueError:
            continue
        moment = naive.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != naive:
            raise UserError(f"{text.strip()} does not exist in {timezone}: the clock skips it (summer time)")
        return moment
    raise UserError(f'"{text}" is not a date and time: expected 2026-12-03 16:00')


def whole_number(text: str, name: str, *, least: int, most: int) -> int:
    """Raises `UserError` that names the field and its bounds."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise UserError(f'{name}: expected a whole number from {least} to {most}, not "{text}"')
    return number
