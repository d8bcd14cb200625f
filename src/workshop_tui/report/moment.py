"""Times as a workshop's documents write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from workshop_tui.model.workshop import Workshop


def zone_of(workshop: Workshop) -> ZoneInfo:
    """UTC for a name that nobody knows: a wrong zone must not lose the document."""
    try:
        return ZoneInfo(workshop.timezone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment_text(moment: datetime, workshop: Workshop) -> str:
    """`Thu 3 Dec 15:00 CET`"""
    local = moment.astimezone(zone_of(workshop))
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}"
