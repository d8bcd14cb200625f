"""A value with its labels, while a query is worked out."""

from __future__ import annotations

from dataclasses import dataclass

Labels = dict[str, str]
Point = tuple[float, float]
"""Moment and value."""


@dataclass(frozen=True, slots=True)
class Sample:
    labels: Labels
    """With `__name__` where it still has one."""
    value: float


@dataclass(frozen=True, slots=True)
class Window:
    """Points of one series in a range; times are Unix seconds."""

    labels: Labels
    points: list[Point]
    begins: float
    ends: float


def nameless(labels: Labels) -> Labels:
    return {name: value for name, value in labels.items() if name != "__name__"}


def key_of(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
