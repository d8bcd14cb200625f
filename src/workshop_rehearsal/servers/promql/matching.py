"""Operators between two sides."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from workshop_rehearsal.servers.promql.failure import ExecutionError
from workshop_rehearsal.servers.promql.parsing import COMPARISONS, SET_OPERATORS
from workshop_rehearsal.servers.promql.sample import Labels, Sample, key_of, nameless
from workshop_rehearsal.servers.promql.syntax import Binary, Matching

Key = tuple[tuple[str, str], ...]


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)


def _rest(left: float, right: float) -> float:
    return math.fmod(left, right) if right and not math.isinf(left) else math.nan


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": _rest,
    "^": _power,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def applied(binary: Binary, left: float | list[Sample], right: float | list[Sample]) -> float | list[Sample]:
    """Raises `ExecutionError` when more than one sample could be meant."""
    if binary.operator in SET_OPERATORS and isinstance(left, list) and isinstance(right, list):
        return _sets(binary, left, right)
    calculate = _OPERATORS[binary.operator]
    if not isinstance(left, list):
        if not isinstance(right, list):
            return float(calculate(left, right))
        return _each(binary, [(one, calculate(left, one.value)) for one in right])
    if not isinstance(right, list):
        return _each(binary, [(one, calculate(one.value, right)) for one in left])
    return _joined(binary, left, right)


def _each(binary: Binary, results: list[tuple[Sample, float]]) -> list[Sample]:
    if binary.operator in COMPARISONS and not binary.as_number:
        return [one for one, holds in results if holds]
    return [Sample(nameless(one.labels), float(value)) for one, value in results]


def _key(labels: Labels, matching: Matching) -> Key:
    if matching.on_labels:
        return tuple((name, labels.get(name, "")) for name in sorted(matching.labels))
    left_out = {"__name__", *matching.labels}
    return key_of({name: value for name, value in labels.items() if name not in left_out})


def _sets(binary: Binary, left: list[Sample], right: list[Sample]) -> list[Sample]:
    matching = binary.matching
    if binary.operator == "or":
        there = {_key(one.labels, matching) for one in left}
        return [*left, *(one for one in right if _key(one.labels, matching) not in there)]
    there = {_key(one.labels, matching) for one in right}
    return [one for one in left if (_key(one.labels, matching) in there) is (binary.operator == "and")]


def _joined(binary: Binary, left: list[Sample], right: list[Sample]) -> list[Sample]:
    matching = binary.matching
    swapped = matching.many == "right"
    many, ones = (right, left) if swapped else (left, right)
    by_key: dict[Key, Sample] = {}
    for one in ones:
        key = _key(one.labels, matching)
        if key in by_key:
            raise ExecutionError(
                "found duplicate series for the match group on the side of the one: many-to-many matching not allowed: "
                "matching labels must be unique on one side"
            )
        by_key[key] = one
    found: list[Sample] = []
    used: set[Key] = set()
    calculate = _OPERATORS[binary.operator]
    for sample in many:
        key = _key(sample.labels, matching)
        partner = by_key.get(key)
        if partner is None:
            continue
        if not matching.many and key in used:
            raise ExecutionError(
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            )
        used.add(key)
        value = calculate(partner.value, sample.value) if swapped else calculate(sample.value, partner.value)
        filters = binary.operator in COMPARISONS and not binary.as_number
        if filters and not value:
            continue
        labels = _labels(binary, sample.labels, partner.labels, keeps_name=filters)
        found.append(Sample(labels, sample.value if filters else float(value)))
    return found


def _labels(binary: Binary, many: Labels, one: Labels, *, keeps_name: bool) -> Labels:
    matching = binary.matching
    labels = dict(many) if keeps_name else nameless(many)
    if matching.many:
        for name in matching.included:
            labels.pop(name, None)
            if one.get(name):
                labels[name] = one[name]
        return labels
    if matching.on_labels:
        return {name: value for name, value in labels.items() if name in matching.labels}
    return {name: value for name, value in labels.items() if name not in matching.labels}
