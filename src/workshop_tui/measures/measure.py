"""What a measure is: facts in, one number for each region out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workshop_tui.model.facts import Facts
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.source import SourceKind
from workshop_tui.settings import Region, Settings


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    """0..1"""
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Measure:
    """Pure; asked only for regions whose needs are all usable."""

    id: str
    title: str
    """At most 24 columns."""
    unit: Unit
    why: str
    """What it warns of, in a sentence or two."""
    needs: tuple[SourceKind[Any], ...]
    """All of one region; what belongs to the whole platform is in `helps`."""
    value: Callable[[Facts, Settings, Region], MeasureValue]
    helps: tuple[SourceKind[Any], ...] = ()
    """Sources that it can do without."""
    order: int = 0
    """Its place in the grid."""
