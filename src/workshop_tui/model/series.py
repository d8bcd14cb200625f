"""Recorded series become the few numbers that a report names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from workshop_tui.model.measure import MeasurePoint, held

Series = Mapping[tuple[str, str | None], Sequence[MeasurePoint]]
"""(measure id, region; None for the whole platform) -> points, oldest first."""


def peak(series: Series, measure_id: str, start: datetime, end: datetime) -> float | None:
    """The highest value of any region in the window; None when none is known."""
    values = _known(series, measure_id, start, end)
    return max(values, default=None)


def lowest(series: Series, measure_id: str, start: datetime, end: datetime) -> float | None:
    values = _known(series, measure_id, start, end)
    return min(values, default=None)


def _known(series: Series, measure_id: str, start: datetime, end: datetime) -> list[float]:
    return [
        point.value
        for (name, _), points in series.items()
        if name == measure_id
        for point in points
        if point.value is not None and start <= point.at <= end
    ]


def total_peak_and_average(
    series: Series, measure_id: str, start: datetime, end: datetime
) -> tuple[float | None, float | None]:
    """Of the whole platform: its own series where there is one, else the regions' sum at each time.

    A value holds until the next one, but not longer than `HOLDS_FOR`. While a region that was ever recorded is unknown
    the sum is unknown; such time counts neither for the peak nor for the average.
    """
    lanes = _lanes(series, measure_id)
    changes = sorted(
        (
            (point.at, lane, point.value)
            for lane, points in enumerate(lanes)
            for point in held(points)
            if point.at < end
        ),
        key=lambda change: change[0],
    )
    values: list[float | None] = [None] * len(lanes)
    ends = [at for at, _, _ in changes[1:]] + [end]
    weighted = known_s = 0.0
    totals: list[float] = []
    for (at, lane, value), until in zip(changes, ends, strict=False):
        values[lane] = value
        held_s = (until - max(at, start)).total_seconds()
        known = [value for value in values if value is not None]
        if held_s > 0 and len(known) == len(values):
            totals.append(sum(known))
            weighted += totals[-1] * held_s
            known_s += held_s
    return max(totals, default=None), weighted / known_s if known_s else None


def _lanes(series: Series, measure_id: str) -> list[Sequence[MeasurePoint]]:
    platform = series.get((measure_id, None), ())
    if platform:
        return [platform]
    return [points for (name, _), points in series.items() if name == measure_id and points]
