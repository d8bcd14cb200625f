"""Pure: which waivers have lapsed. A waiver belongs to one workshop, so none outlives it."""

from __future__ import annotations

from workshop_tui.model.checklist import Checklist, ItemView
from workshop_tui.model.outcome import Outcome


def lapsed(checklist: Checklist) -> tuple[ItemView, ...]:
    """Overridden items that all their checks have passed since the waiver."""
    return tuple(
        view
        for view in checklist.items
        if view.overridden
        and view.sensed is Outcome.PASS
        and view.state.changed_at is not None
        and all(result.judged_at > view.state.changed_at for result in view.results)
    )
