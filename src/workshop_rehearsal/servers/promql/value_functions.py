"""Functions of values at one moment."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from workshop_rehearsal.servers.promql.failure import ExecutionError
from workshop_rehearsal.servers.promql.histogram_quantile import Bucket, histogram_quantile
from workshop_rehearsal.servers.promql.sample import Sample, key_of, nameless

Value = float | str | list[Sample]


def number(value: Value) -> float:
    if isinstance(value, list | str):
        raise ExecutionError("expected a scalar")
    return float(value)


def vector(value: Value) -> list[Sample]:
    if not isinstance(value, list):
        raise ExecutionError("expected an instant vector")
    return value


def negative(value: Value) -> Value:
    return mapped(value, lambda one: -one) if isinstance(value, list) else -number(value)


def mapped(value: Value, function: Callable[[float], float]) -> list[Sample]:
    return [Sample(nameless(one.labels), function(one.value)) for one in vector(value)]


def _scalar(value: Value) -> Value:
    found = vector(value)
    return found[0].value if len(found) == 1 else math.nan


def _clamp(value: Value, low: float, high: float) -> list[Sample]:
    return [] if low > high else mapped(value, lambda one: max(low, min(high, one)))


def _round(value: Value, step: Value = 1.0) -> list[Sample]:
    to = number(step)
    return mapped(value, lambda one: math.floor(one / to + 0.5) * to)


def _quantiles(share: Value, buckets_of_all: Value) -> list[Sample]:
    groups: dict[tuple[tuple[str, str], ...], list[Bucket]] = {}
    for one in vector(buckets_of_all):
        labels = nameless(one.labels)
        bound = labels.pop("le", None)
        try:
            groups.setdefault(key_of(labels), []).append((float(bound or "none"), one.value))
        except ValueError:
            continue
    return [Sample(dict(key), histogram_quantile(number(share), buckets)) for key, buckets in groups.items()]


def _relabelled(value: Value, target: Value, replacement: Value, source: Value, pattern: Value) -> list[Sample]:
    try:
        expression = re.compile(str(pattern))
    except re.error as error:
        raise ExecutionError(f"invalid regular expression in label_replace(): {pattern}: {error}") from None
    template = re.sub(r"\$(\d+|\{\w+\})", lambda found: rf"\g<{found[1].strip('{}')}>", str(replacement))
    changed = []
    for one in vector(value):
        found = expression.fullmatch(one.labels.get(str(source), ""))
        labels = one.labels
        if found is not None:
            labels = {name: text for name, text in labels.items() if name != target}
            if text := found.expand(template):
                labels[str(target)] = text
        changed.append(Sample(labels, one.value))
    return changed


def _sorted(value: Value, *, falling: bool) -> list[Sample]:
    return sorted(vector(value), key=lambda one: one.value, reverse=falling)


VALUE_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "vector": lambda value: [Sample({}, number(value))],
    "scalar": _scalar,
    "pi": lambda: math.pi,
    "histogram_quantile": _quantiles,
    "label_replace": _relabelled,
    "sort": lambda value: _sorted(value, falling=False),
    "sort_desc": lambda value: _sorted(value, falling=True),
    "round": _round,
    "clamp": lambda value, low, high: _clamp(value, number(low), number(high)),
    "clamp_min": lambda value, low: _clamp(value, number(low), math.inf),
    "clamp_max": lambda value, high: _clamp(value, -math.inf, number(high)),
    "abs": lambda value: mapped(value, abs),
    "ceil": lambda value: mapped(value, lambda one: float(math.ceil(one)) if math.isfinite(one) else one),
    "floor": lambda value: mapped(value, lambda one: float(math.floor(one)) if math.isfinite(one) else one),
    "sqrt": lambda value: mapped(value, lambda one: math.sqrt(one) if one >= 0 else math.nan),
    "ln": lambda value: mapped(value, _logarithm),
}


def _logarithm(value: float) -> float:
    if value == 0:
        return -math.inf
    return math.log(value) if value > 0 else math.nan
