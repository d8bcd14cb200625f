"""Go or No-Go, as a person decided and signed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.item import ItemState


class Verdict(StrEnum):
    GO = "go"
    NO_GO = "no-go"


@dataclass(frozen=True, slots=True)
class Decision:
    id: int
    workshop_id: int
    verdict: Verdict
    computed: Verdict
    """What the checklist said at that moment."""
    blockers: tuple[str, ...]
    """Titles of the items that stood against Go."""
    reason: str
    signed_by: str
    signed_at: datetime
    checklist_time: timedelta | None = None
    """From the first mark in the validation phase to the signature; None when nothing was marked."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person saw when they signed."""

    results: tuple[CheckResult, ...] = ()
    items: tuple[ItemState, ...] = ()
    """Those that somebody has touched."""
