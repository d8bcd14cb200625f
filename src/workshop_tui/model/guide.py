"""The guide: checklist, cues, metrics and templates, as a team wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Detail:
    """A line of the longer validation list that refines an item; read, not ticked."""

    text: str
    sensed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    """Stable: kebab case, unique in the guide."""
    phase: str
    section: str
    """As the guide heads it, e.g. "Infrastructure validation"."""
    title: str
    due: timedelta
    """From the workshop's start: negative before it. Items after count from its end."""
    sensed_by: tuple[str, ...] = ()
    """Ids of the checks that decide it; empty for a manual item. Ids of checks not yet written make it manual."""
    details: tuple[Detail, ...] = ()
    help: str = ""
    """Why it is there and how it is done, in a few sentences."""
    short: str = ""
    """In about 32 columns."""
    message: str = ""
    """Name of the message to participants that it is about."""

    @property
    def label(self) -> str:
        """The title where there is little room."""
        return self.short or self.title


@dataclass(frozen=True, slots=True)
class Phase:
    id: str
    title: str
    """e.g. "T-2 days"."""
    label: str
    """At most 8 columns, e.g. "T-2 d"."""
    due: timedelta


@dataclass(frozen=True, slots=True)
class Cue:
    """One part of the run of show."""

    id: str
    title: str
    minutes: int
    longest_minutes: int
    bullets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuccessMetric:
    id: str
    section: str
    title: str
    target: str


@dataclass(frozen=True, slots=True)
class RetrospectiveSection:
    id: str
    title: str
    template: str
    """Markdown; `{name}` stands for a fact that the program fills in."""


@dataclass(frozen=True, slots=True)
class RunbookCase:
    id: str
    title: str
    signs: str
    causes: str
    first_moves: str


@dataclass(frozen=True, slots=True)
class Guide:
    title: str
    phases: tuple[Phase, ...]
    items: tuple[Item, ...]
    cues: tuple[Cue, ...]
    metrics: tuple[SuccessMetric, ...]
    key_metrics: tuple[str, ...]
    """Ids of the five measures that the monitoring items name."""
    retrospective: tuple[RetrospectiveSection, ...]
    runbook: tuple[RunbookCase, ...]
    severities: tuple[tuple[str, str], ...]
    """(P0..P3, meaning), worst first."""
    origin: str
    """Path of the team's file, or "default"."""
    card: tuple[Item, ...] = ()
    """Five to nine lines to confirm one by one at the last pause point; their ids begin with `card.`."""

    def item(self, item_id: str) -> Item:
        """Raises `KeyError`."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)
