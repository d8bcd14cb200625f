"""Many samples to one for each group."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import fmean

from workshop_rehearsal.servers.promql.range_functions import quantile_of
from workshop_rehearsal.servers.promql.sample import Labels, Sample, key_of, nameless
from workshop_rehearsal.servers.promql.syntax import Aggregate

_OF_VALUES: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "max": lambda values: max(values, key=_nan_last),
    "min": lambda values: -max((-value for value in values), key=_nan_last),
    "avg": fmean,
    "count": lambda values: float(len(values)),
    "group": lambda _: 1.0,
}


def _nan_last(value: float) -> tuple[bool, float]:
    return not math.isnan(value), value


def aggregated(aggregate: Aggregate, samples: list[Sample], parameter: float | None) -> list[Sample]:
    groups: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for one in samples:
        groups.setdefault(key_of(_group(aggregate, one.labels)), []).append(one)
    if aggregate.operator in ("topk", "bottomk"):
        count = max(0, int(parameter or 0))
        top = aggregate.operator == "topk"
        return [
            one
            for group in groups.values()
            for one in sorted(group, key=lambda one: _nan_last(one.value if top else -one.value), reverse=True)[:count]
        ]
    if aggregate.operator == "quantile":
        share = math.nan if parameter is None else parameter
        return [Sample(dict(key), quantile_of([one.value for one in group], share)) for key, group in groups.items()]
    calculate = _OF_VALUES[aggregate.operator]
    return [Sample(dict(key), calculate([one.value for one in group])) for key, group in groups.items()]


def _group(aggregate: Aggregate, labels: Labels) -> Labels:
    if aggregate.keeps_labels:
        return {name: labels[name] for name in aggregate.labels if labels.get(name)}
    return {name: value for name, value in nameless(labels).items() if name not in aggregate.labels}
