"""A quantile from cumulative buckets, by the rule of Prometheus: even within a bucket."""

from __future__ import annotations

import math
from collections.abc import Sequence

Bucket = tuple[float, float]
"""Upper bound and how many are not above it."""


def histogram_quantile(share: float, buckets: Sequence[Bucket]) -> float:
    """NaN without a +Inf bucket or without observations."""
    ordered = sorted(buckets)
    if len(ordered) < 2 or not math.isinf(ordered[-1][0]) or math.isnan(share):
        return math.nan
    if not 0 <= share <= 1:
        return -math.inf if share < 0 else math.inf
    counts: list[float] = []
    for _, count in ordered:
        counts.append(max(count, counts[-1]) if counts else count)
    total = counts[-1]
    if total == 0:
        return math.nan
    rank = share * total
    number = next(index for index, count in enumerate(counts) if count >= rank)
    if number == len(ordered) - 1:
        return ordered[-2][0]
    end = ordered[number][0]
    if number == 0 and end <= 0:
        return end
    begin, below = (ordered[number - 1][0], counts[number - 1]) if number else (0.0, 0.0)
    within = counts[number] - below
    return begin + (end - begin) * ((rank - below) / within) if within else end
