"""What a query consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Matcher:
    label: str
    operator: str
    """`=`, `!=`, `=~`, `!~`"""
    value: str
    pattern: re.Pattern[str] | None = None

    def fits(self, found: str) -> bool:
        same = found == self.value if self.pattern is None else self.pattern.fullmatch(found) is not None
        return same is not self.operator.startswith("!")


@dataclass(frozen=True, slots=True)
class Selector:
    matchers: tuple[Matcher, ...]
    range_s: float | None = None
    """None: the newest sample of each series."""
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    operator: str
    inner: Node
    labels: tuple[str, ...]
    keeps_labels: bool
    """By these labels; else without them."""
    parameter: Node | None = None


@dataclass(frozen=True, slots=True)
class Negative:
    inner: Node


@dataclass(frozen=True, slots=True)
class Matching:
    """Which samples of two vectors belong together."""

    labels: tuple[str, ...] = ()
    on_labels: bool = False
    """By these labels alone; else by all but these."""
    many: str = ""
    """`left` or `right`: the side of which many meet one."""
    included: tuple[str, ...] = ()
    """Labels taken over from the side of the one."""


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node
    matching: Matching
    as_number: bool = False
    """A comparison gives 0 and 1 instead of filtering."""


Node = Number | Text | Selector | Call | Aggregate | Negative | Binary
