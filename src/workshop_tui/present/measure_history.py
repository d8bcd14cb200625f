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
from workshop_tui.present.cell import Cell, Tone, cell

_BEFORE = timedelta(minutes=15)
_HOLDS_FOR = timedelta(minutes=5)
"""Longer than this between two points nobody was watching: the line is cut."""
_MOST_PLACES = 200
"""A plot has no more dots beside each other, and drawing thousands of points blocks for a quarter of a second."""

Line = tuple[tuple[float, ...], tuple[float, ...]]
"""Minutes and values."""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Minutes since the workshop's start against the value as it is shown."""

    lines: tuple[Line, ...]
    """Pieces without a gap."""
    last: Line | None
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
    def limits(self) -> tuple[float, float]:
        """Of the values that are drawn: from nothing, or below, to a little over the highest."""
        shown = [value for _, values in self._drawn for value in values]
        highest = max(shown, default=0.0)
        return min(0.0, *shown, 0.0), highest * 1.1 if highest > 0 else 1.0

    @property
    def _drawn(self) -> tuple[Line, ...]:
        return (*self.lines, self.last) if self.last else self.lines

    def cue_labels(self, columns: int) -> list[tuple[float, str]]:
        """Each title cut to the columns up to the next cue, of `columns` in all; at least its first letter."""
        per_minute = columns / max(1.0, self.end - self.start)
        ends = [*(minute for minute, _ in self.cues[1:]), self.end]
        return [
            (minute, title[: max(1, int((end - max(minute, self.start)) * per_minute) - 1)])
            for (minute, title), end in zip(self.cues, ends, strict=True)
        ]

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
        tuple(_line(thinned(piece, minutes(start_at), minutes(end_at))) for piece in pieces if piece),
        _line(thinned(old, minutes(start_at), minutes(end_at))) if old else None,
        tuple((minutes(begins), cue.title) for cue, begins, _ in cue_times(cues, workshop) if begins <= end_at),
        tuple((minutes(one.opened_at), f"#{one.number}") for one in incidents if start_at <= one.opened_at <= end_at),
        minutes(start_at),
        minutes(end_at),
    )


def history_legend(view: HistoryView, unit: str) -> list[Cell]:
    """What the signs of the plot mean; none by its colour alone."""
    lines = [cell("Across: minutes since the start" + (f" · up: {unit}" if unit else ""), Tone.MUTED)]
    if view.empty:
        lines.append(cell("? nothing was recorded yet", Tone.UNKNOWN))
    if view.last is not None:
        lines.append(cell("⠤⠤⠤", Tone.ACCENT) + cell(" this workshop  ") + cell("··· last workshop", Tone.MUTED))
    for title, marks in (("Cues", view.cues), ("Incidents", view.incidents)):
        if marks:
            said = " · ".join(f"{name} {minute:+.0f}" for minute, name in marks)
            lines.append(cell(f"{title}  ", Tone.MUTED) + cell(said))
    return lines


def thinned(points: Sequence[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """Of the points in one place the first, the lowest, the highest and the last, so that no peak is lost."""
    places: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        places.setdefault(int((point[0] - start) / max(end - start, 1e-9) * _MOST_PLACES), []).append(point)
    kept: dict[tuple[float, float], None] = {}
    for there in places.values():
        by_value = sorted(there, key=lambda point: point[1])
        kept.update(dict.fromkeys(sorted({there[0], by_value[0], by_value[-1], there[-1]})))
    return list(kept)


def _line(pairs: Sequence[tuple[float, float]]) -> Line:
    return tuple(at for at, _ in pairs), tuple(value for _, value in pairs)
