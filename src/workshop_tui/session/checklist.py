"""Pure: guide, hand-made states and check results become the checklist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from workshop_tui.model.checklist import Checklist, ItemView, PhaseView, Readiness
from workshop_tui.model.decision import Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Guide, Item
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.model.workshop import Workshop


def due_at(due: timedelta, workshop: Workshop) -> datetime:
    """Offsets after the start count from the workshop's end, as "within 48 hours" means."""
    return (workshop.ends_at if due > timedelta() else workshop.starts_at) + due


def build_checklist(
    guide: Guide,
    workshop: Workshop,
    states: Mapping[str, ItemState],
    results: Mapping[str, CheckResult],
    known_checks: Collection[str],
    running: Mapping[str, datetime],
    recorded: Collection[str] = (),
) -> Checklist:
    """`known_checks` exist: an item sensed only by others is manual. `running`: check id -> since when.

    `recorded`: checks of what is recorded; while one finds nothing recorded and nothing that senses the item fails, a
    person decides it.
    Where no check of the platform applies, nothing of it is configured, and a person decides all.
    """
    of_platform = set(known_checks) - set(recorded)
    nothing_configured = all(
        check_id in results and results[check_id].outcome is Outcome.NOT_APPLICABLE for check_id in of_platform
    )

    def by_hand(check_ids: list[str], of_item: tuple[CheckResult, ...]) -> bool:
        of_records = [check_id for check_id in check_ids if check_id not in of_platform]
        if not of_records:
            return not check_ids or nothing_configured
        recorded_yet = [result.outcome for result in of_item if result.check_id in of_records]
        nothing_yet = len(recorded_yet) < len(of_records) or Outcome.NOT_APPLICABLE in recorded_yet
        return nothing_yet and not {result.outcome for result in of_item} & {Outcome.FAIL, Outcome.UNKNOWN}

    def view(item: Item) -> ItemView:
        check_ids = [check_id for check_id in item.sensed_by if check_id in known_checks]
        of_item = tuple(results[check_id] for check_id in check_ids if check_id in results)
        outcomes = [result.outcome for result in of_item]
        if len(of_item) < len(check_ids):
            outcomes.append(Outcome.UNKNOWN)
        since = [running[check_id] for check_id in check_ids if check_id in running]
        return ItemView(
            item=item,
            state=states.get(item.id, ItemState(item.id)),
            due_at=due_at(item.due, workshop),
            results=of_item,
            sensed=None if by_hand(check_ids, of_item) else worst(outcomes),
            running_since=min(since, default=None),
        )

    views = [view(item) for item in guide.items]
    phases = tuple(
        PhaseView(
            phase=phase,
            due_at=due_at(phase.due, workshop),
            items=tuple(view for view in views if view.item.phase == phase.id),
        )
        for phase in guide.phases
    )
    before = [view for view in views if view.item.due < timedelta()]
    blockers = tuple(view for view in before if view.is_sensed and not view.settled)
    open_items = tuple(
        view
        for view in before
        if not view.is_sensed and not view.settled and view.state.status is not ItemStatus.DEFERRED
    )
    verdict = Verdict.NO_GO if blockers else Verdict.GO
    return Checklist(phases, Readiness(verdict, blockers, open_items), tuple(view(line) for line in guide.card))
