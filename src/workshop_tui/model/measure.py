"""Numbers of the live grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_tui.model.outcome import Outcome

HOLDS_FOR = timedelta(minutes=5)
"""A value is recorded at least every minute; after this long without one nobody was watching."""


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """One measure in one region at one time."""

    measure_id: str
    region: str | None
    """None for a measure of the whole platform."""
    value: float | None
    """In the measure's unit; None when unknown."""
    outcome: Outcome
    taken_at: datetime | None
    """When the data behind it was true; None when there is none."""
    detail: str = ""
    """e.g. "of 12", "ip-10-0-1-7"; or, for unknown, the reason."""
    people: tuple[str, ...] = ()
    """Whom it hits, as the platform names them; empty where nobody can be named."""
    people_of: int = 0
    """Of how many; 0 where that is not known."""


@dataclass(frozen=True, slots=True)
class MeasurePoint:
    """A value as recorded."""

    at: datetime
    value: float | None


def held(points: Sequence[MeasurePoint]) -> Iterator[MeasurePoint]:
    """The points, oldest first, and an unknown one wherever a value ceases to hold."""
    for index, point in enumerate(points):
        yield point
        ceases = point.at + HOLDS_FOR
        if index + 1 == len(points) or points[index + 1].at > ceases:
            yield MeasurePoint(ceases, None)
