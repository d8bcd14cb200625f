"""The checklist as it stands at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.decision import Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Item, Phase
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item with all that decides it."""

    item: Item
    state: ItemState
    due_at: datetime
    results: tuple[CheckResult, ...] = ()
    """Of the checks that sense it, as far as they ran."""
    sensed: Outcome | None = None
    """What the checks say; None for a manual item."""
    running_since: datetime | None = None
    """Since when one of its checks waits for a source; None when none does."""

    @property
    def is_sensed(self) -> bool:
        return self.sensed is not None

    @property
    def overridden(self) -> bool:
        """A reason stands against the checks; a mark without one was made before they could decide."""
        return self.is_sensed and self.state.status is not ItemStatus.OPEN and bool(self.state.reason)

    @property
    def outcome(self) -> Outcome | None:
        """How it stands; None for a manual item that nobody has settled."""
        status = self.state.status
        if self.is_sensed:
            return Outcome.WAIVED if self.overridden else self.sensed
        if status is ItemStatus.DONE:
            return Outcome.PASS
        if status is ItemStatus.NOT_NEEDED:
            return Outcome.NOT_APPLICABLE
        return None

    @property
    def settled(self) -> bool:
        """Nothing is left to do; a warning does not keep an item open, missing data does."""
        return self.outcome not in (None, Outcome.FAIL, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PhaseView:
    phase: Phase
    due_at: datetime
    items: tuple[ItemView, ...]

    @property
    def settled_count(self) -> int:
        return sum(view.settled for view in self.items)

    @property
    def settled(self) -> bool:
        return self.settled_count == len(self.items)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Go or No-Go as the checklist computes it."""

    verdict: Verdict
    blockers: tuple[ItemView, ...]
    """Sensed items before the workshop that fail or cannot be known."""
    open_items: tuple[ItemView, ...]
    """Manual items before the workshop that nobody has settled: named, but a person weighs them."""


@dataclass(frozen=True, slots=True)
class Checklist:
    phases: tuple[PhaseView, ...]
    readiness: Readiness
    card: tuple[ItemView, ...] = ()

    @property
    def items(self) -> tuple[ItemView, ...]:
        return tuple(view for phase in self.phases for view in phase.items)

    def view(self, item_id: str) -> ItemView | None:
        return next((view for view in self.items if view.item.id == item_id), None)

    def next_open(self, after_item_id: str | None = None) -> ItemView | None:
        """The next unsettled item in the guide's order, from the top again at the end."""
        views = self.items
        start = next((i + 1 for i, view in enumerate(views) if view.item.id == after_item_id), 0)
        return next((view for view in (*views[start:], *views[:start]) if not view.settled), None)


def is_overdue(view: ItemView, now: datetime) -> bool:
    return not view.settled and view.state.status is not ItemStatus.DEFERRED and now > view.due_at
