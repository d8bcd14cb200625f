"""What one may set of the session itself: from when on a measure is bad, who is told, and how."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from workshop_tui.model.notification import Notification
from workshop_tui.settings.section import Positive, Section


class LiveLimit(Section):
    """From when on a measure is bad, instead of its own limit."""

    measure: str
    cue: str = ""
    """Id of a cue of the guide, or `before` for the time before the workshop; empty: at any time."""
    warn: float | None = None
    """In the measure's unit; None: never."""
    fail: float | None = None


class Origin(StrEnum):
    OWN = "own"
    """The measure's own sources: Kubernetes, Coder, the gateway, probes from this machine."""
    PROMETHEUS = "prometheus"
    """One query for all regions."""


class Live(Section):
    notify: tuple[Notification, ...] = ()
    """How a new alert asks for eyes, beside the strip; default: not at all."""
    limit: tuple[LiveLimit, ...] = ()
    origin: dict[str, Origin] = Field(default_factory=dict)
    """Measure -> where its numbers come from; default: its own sources, where it has some."""
    query: dict[str, str] = Field(default_factory=dict)
    """Measure -> PromQL instead of its default query; it then comes from Prometheus unless `origin` says own."""
    query_interval_s: Positive = 10
    queries_at_once: Annotated[int, Field(ge=1, le=32)] = 4

    @field_validator("limit")
    @classmethod
    def _each_once(cls, value: tuple[LiveLimit, ...]) -> tuple[LiveLimit, ...]:
        keys = [(one.measure, one.cue) for one in value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            when = f'the cue "{twice[1]}"' if twice[1] else "any time"
            raise ValueError(f'"{twice[0]}" has two limits for {when}: keep one')
        return value
