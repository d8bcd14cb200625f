"""How well each region is seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.source import Reading, SourceKey


def region_health(
    names: Iterable[str],
    readings: Mapping[SourceKey, Reading],
    expected: Iterable[tuple[SourceKey, str, timedelta]],
    now: datetime,
    judged_by: Collection[str] = (),
) -> tuple[RegionHealth, ...]:
    """`expected`: each configured source with its title and the age from which it is too old.

    `judged_by`: kinds that the grid's numbers need. Their age is the region's, not that of what is seldom asked.
    """
    sources = list(expected)
    found = []
    for name in names:
        of_region = [(key, title, limit) for key, title, limit in sources if key.region == name]
        failing: list[str] = []
        reason = ""
        times: list[datetime | None] = []
        judged = {key for key, _, _ in of_region if key.kind in judged_by} or {key for key, _, _ in of_region}
        for key, title, limit in of_region:
            reading = readings.get(key)
            taken_at = reading.taken_at if reading else None
            if key in judged:
                times.append(taken_at)
            if reading is None or reading.error or taken_at is None or abs(now - taken_at) > limit:
                failing.append(title)
                reason = reason or (reading.error.message if reading and reading.error else "no answer yet")
        known = [moment for moment in times if moment is not None]
        oldest_at = min(known) if known and len(known) == len(times) else None
        found.append(RegionHealth(name, tuple(failing), len(of_region), oldest_at, reason))
    return tuple(found)
