"""What lies in the last half hour, and percentiles of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS
from workshop_tui.settings.region import Region

WINDOW = timedelta(minutes=30)


CLOCKS_DIFFER = timedelta(minutes=2)
"""By so much another machine's clock may be ahead of ours and still tell of now."""


def recent(at: datetime | None, now: datetime) -> bool:
    """What a clock far ahead dates in the future counts in no window: when it happened is not known."""
    return at is not None and now - WINDOW <= at <= now + CLOCKS_DIFFER


def lately_evicted(facts: Facts, region: Region) -> set[tuple[str, str]]:
    """(namespace, pod) of workspaces, by the events of the last half hour."""
    events = facts.get(POD_EVENTS, region.name)
    return {
        (failure.pod_namespace, failure.pod_name)
        for failure in (events.failures if events else ())
        if failure.reason == "Evicted"
        and recent(failure.at, facts.now)
        and failure.pod_namespace in region.namespaces.workspaces
    }


def seconds_between(earlier: datetime | None, later: datetime | None) -> float | None:
    """None where one is missing, or where they stand in the wrong order: a clock was set back."""
    if earlier is None or later is None or later < earlier:
        return None
    return (later - earlier).total_seconds()


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest rank. At least one value."""
    ascending = sorted(values)
    return ascending[max(0, math.ceil(len(ascending) * share) - 1)]


def minutes(seconds: float) -> str:
    """`1:50`; an hour and more as `1:02:30`."""
    whole = max(0, int(seconds))
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
    return f"{whole // 60}:{whole % 60:02}"
