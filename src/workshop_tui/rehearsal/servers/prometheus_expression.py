"""The few expressions that the rehearsal's Prometheus reads.

One selector (`name{label="value", other=~"expression"}`), a number as `vector(1)`, and around a selector `timestamp`,
`count`, `max` and `min`. All else is refused with `bad_data`, although a real Prometheus would answer it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from workshop_tui.rehearsal.servers.series import Sample

Instant = Callable[[list[Sample], float], list[Sample]]
"""Samples, and the Unix time at which they were scraped."""

_SELECTOR = re.compile(r"\s*([A-Za-z_:][\w:]*)?\s*(?:\{(.*)\})?\s*", re.DOTALL)
_MATCHER = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_NUMBER = re.compile(r"\s*vector\(\s*(-?[\d.]+)\s*\)\s*")
_CALL = re.compile(r"\s*(count|max|min|timestamp)\s*\((.*)\)\s*", re.DOTALL)
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {"count": len, "max": max, "min": min}


class BadDataError(Exception):
    """Answered with 400 `bad_data`."""


def parse_expression(text: str) -> Instant:
    """Raises `BadDataError` for what this module does not understand."""
    number = _NUMBER.fullmatch(text)
    if number:
        value = float(number[1])
        return lambda _, __: [Sample({}, value)]
    call = _CALL.fullmatch(text)
    if call:
        return _called(call[1], parse_expression(call[2]))
    selector = _SELECTOR.fullmatch(text)
    if not text.strip() or selector is None:
        raise BadDataError(f'invalid parameter "query": the rehearsal reads one selector only, not "{text}"')
    name, braces = selector[1], selector[2]
    tests: list[Callable[[dict[str, str]], bool]] = []
    if name:
        tests.append(lambda labels: labels.get("__name__") == name)
    position = 0
    while braces and position < len(braces.rstrip()):
        matcher = _MATCHER.match(braces, position)
        if matcher is None:
            raise BadDataError(f'invalid parameter "query": cannot read the matcher at "{braces[position:]}"')
        tests.append(_matcher(*matcher.groups()))
        position = matcher.end()
    if not tests:
        raise BadDataError('invalid parameter "query": the selector must contain at least one matcher')
    return lambda samples, _: [one for one in samples if all(test(one.labels) for test in tests)]


def _matcher(label: str, operator: str, value: str) -> Callable[[dict[str, str]], bool]:
    text = value.replace('\\"', '"').replace("\\\\", "\\")
    if operator in ("=", "!="):
        return lambda labels: (labels.get(label, "") == text) is (operator == "=")
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise BadDataError(f'invalid parameter "query": error parsing regexp: {error}') from None
    return lambda labels: (pattern.fullmatch(labels.get(label, "")) is not None) is (operator == "=~")


def _called(function: str, inner: Instant) -> Instant:
    def timestamps(samples: list[Sample], scraped: float) -> list[Sample]:
        return [
            Sample({name: value for name, value in one.labels.items() if name != "__name__"}, scraped)
            for one in inner(samples, scraped)
        ]

    def aggregate(samples: list[Sample], scraped: float) -> list[Sample]:
        values = [one.value for one in inner(samples, scraped)]
        return [Sample({}, float(_AGGREGATES[function](values)))] if values else []

    return timestamps if function == "timestamp" else aggregate
