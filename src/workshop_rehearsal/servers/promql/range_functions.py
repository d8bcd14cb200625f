"""Functions of a window of samples: one number, or none when there are too few."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import fmean, pstdev

from workshop_rehearsal.servers.promql.sample import Window


def _extrapolated(window: Window, *, counter: bool, per_second: bool) -> float | None:
    """As Prometheus does: to the window's ends, but not further than half a step beyond the samples."""
    points = window.points
    if len(points) < 2:
        return None
    (first_t, first), (last_t, last) = points[0], points[-1]
    change = last - first
    if counter:
        change += sum(before for (_, before), (_, after) in pairwise(points) if after < before)
    sampled_s = last_t - first_t
    step_s = sampled_s / (len(points) - 1)
    to_start_s, to_end_s = first_t - window.begins, window.ends - last_t
    threshold_s = step_s * 1.1
    if to_start_s >= threshold_s:
        to_start_s = step_s / 2
    if counter and change > 0 and first >= 0:
        to_start_s = min(to_start_s, sampled_s * (first / change))
    if to_end_s >= threshold_s:
        to_end_s = step_s / 2
    factor = (sampled_s + to_start_s + to_end_s) / sampled_s
    return change * factor / (window.ends - window.begins if per_second else 1.0)


def _instant(window: Window, *, counter: bool) -> float | None:
    """By the last two samples."""
    if len(window.points) < 2:
        return None
    (before_t, before), (after_t, after) = window.points[-2:]
    if counter:
        return (after if after < before else after - before) / (after_t - before_t)
    return after - before


def _line(window: Window, at: float) -> tuple[float, float] | None:
    """Slope per second and value at a moment, by least squares."""
    if len(window.points) < 2:
        return None
    times = [moment - at for moment, _ in window.points]
    values = [value for _, value in window.points]
    mean_t, mean_v = fmean(times), fmean(values)
    spread = sum((moment - mean_t) ** 2 for moment in times)
    slope = sum((t - mean_t) * (v - mean_v) for t, v in zip(times, values, strict=True)) / spread
    return slope, mean_v - slope * mean_t


def _slope(window: Window) -> float | None:
    line = _line(window, window.ends)
    return None if line is None else line[0]


def predict_linear(window: Window, ahead_s: float) -> float | None:
    line = _line(window, window.ends)
    return None if line is None else line[1] + line[0] * ahead_s


def quantile_of(values: list[float], share: float) -> float:
    if not values or math.isnan(share):
        return math.nan
    if share < 0:
        return -math.inf
    if share > 1:
        return math.inf
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    below = math.floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] * (1 - (rank - below)) + ordered[above] * (rank - below)


def _of_values(function: Callable[[list[float]], float]) -> Callable[[Window], float | None]:
    return lambda window: function([value for _, value in window.points])


RANGE_FUNCTIONS: dict[str, Callable[[Window], float | None]] = {
    "rate": lambda window: _extrapolated(window, counter=True, per_second=True),
    "increase": lambda window: _extrapolated(window, counter=True, per_second=False),
    "delta": lambda window: _extrapolated(window, counter=False, per_second=False),
    "irate": lambda window: _instant(window, counter=True),
    "idelta": lambda window: _instant(window, counter=False),
    "deriv": _slope,
    "changes": _of_values(lambda values: float(sum(a != b for a, b in pairwise(values)))),
    "resets": _of_values(lambda values: float(sum(b < a for a, b in pairwise(values)))),
    "avg_over_time": _of_values(fmean),
    "min_over_time": _of_values(min),
    "max_over_time": _of_values(max),
    "sum_over_time": _of_values(math.fsum),
    "count_over_time": _of_values(lambda values: float(len(values))),
    "last_over_time": _of_values(lambda values: values[-1]),
    "present_over_time": _of_values(lambda _: 1.0),
    "stddev_over_time": _of_values(pstdev),
}
"""Called with at least one point."""
