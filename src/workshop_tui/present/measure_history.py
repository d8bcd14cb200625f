"""A measure over the session, in minutes since its start."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_tui.model.cue import cue_times
from workshop_tui.model.guide import Cue
from workshop_tui.model.incident import Incident
from workshop_tui.model.measure import MeasurePoint
from workshop_tui.model.workshop import Workshop

_BEFORE = timedelta(minutes=15)
_HOLDS_FOR = timedelta(minutes=5)
"""Longer than this between two points nobody was watching: the line is cut."""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Minutes since the workshop's start against the value as it is shown."""

    lines: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
    """Pieces without a gap."""
    last: tuple[tuple[float, ...], tuple[float, ...]] | None
    """The last workshop's, or None where nothing was recorded."""
    cues: tuple[tuple[float, str], ...]
    incidents: tuple[tuple[float, str], ...]
    start: float
    end: float

    @property
    def ticks(self) -> list[int]:
        """Whole minutes, about six of them."""
        step = next((step for step in (1, 2, 5, 10, 15) if (self.end - self.start) / step <= 8), 30)
        return list(range(math.ceil(self.start / step) * step, math.floor(self.end) + 1, step))

    @property
    def empty(self) -> bool:
        return not self.lines


def span(workshop: Workshop, now: datetime) -> tuple[datetime, datetime]:
    """From a quarter of an hour before the start to now, but never past the end; before that, the last hour."""
    if now < workshop.starts_at - _BEFORE:
        return now - timedelta(hours=1), now
    return workshop.starts_at - _BEFORE, min(now, workshop.ends_at + _BEFORE)


def history_view(
    points: Sequence[MeasurePoint],
    last: Sequence[tuple[float, float]],
    workshop: Workshop,
    cues: Sequence[Cue],
    incidents: Iterable[Incident],
    now: datetime,
    factor: float = 1.0,
) -> HistoryView:
    """`factor` makes a share a percentage; `last`: (minutes, value) of the last workshop."""
    start_at, end_at = span(workshop, now)

    def minutes(moment: datetime) -> float:
        return (moment - workshop.starts_at) / timedelta(minutes=1)

    pieces: list[list[tuple[float, float]]] = [[]]
    before: datetime | None = None
    for point in points:
        if not start_at <= point.at <= end_at:
            continue
        known = point.value is not None and point.value == point.value  # NaN
        if not known or (before is not None and point.at - before > _HOLDS_FOR):
            pieces.append([])
        if known and point.value is not None:
            pieces[-1].append((minutes(point.at), point.value * factor))
        before = point.at
    old = [(at, value * factor) for at, value in last if minutes(start_at) <= at <= minutes(end_at)]
    return HistoryView(
        tuple(_line(piece) for piece in pieces if piece),
        _line(old) if old else None,
        tuple((minutes(begins), cue.title) for cue, begins, _ in cue_times(cues, workshop) if begins <= end_at),
        tuple((minutes(one.opened_at), f"#{one.number}") for one in incidents if start_at <= one.opened_at <= end_at),
        minutes(start_at),
        minutes(end_at),
    )


def _line(pairs: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(at for at, _ in pairs), tuple(value for _, value in pairs)
