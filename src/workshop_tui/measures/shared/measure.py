"""What a measure is: facts in, one number for each region out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workshop_tui.measures.shared.limit import Limit
from workshop_tui.model.facts import Facts
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.thresholds import Thresholds


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    """0..1"""
    SECONDS = "seconds"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When a bad value becomes an alert, and when that ends."""

    case_id: str = ""
    """The runbook case to open; empty when none fits."""
    hold_s: float = 0.0
    """Bad for so long before it is raised; the platform's time, also in a rehearsal."""
    clear_s: float = 30.0
    """Good for so long before it clears; real time, which grows with a rehearsal's speed."""
    last_step: Callable[[Thresholds], float] | None = None
    """A failure that reaches this asks for eyes again, whoever has acknowledged it; None: there is no such step."""


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
    origin: str = ""
    """Where its numbers come from, in two words: "watched pods", "Coder", "probed from here"."""
    query: str = ""
    """PromQL that answers it where the settings choose Prometheus; empty: only its own sources can."""
    alert: AlertRule | None = None
    """None: a bad value is shown and raises nothing."""
    limit: Callable[[Thresholds], Limit] | None = None
    """None: shown and never judged by its number."""
    whole_platform: bool = False
    """It says nothing of one region: it stands in the control plane's column alone."""
