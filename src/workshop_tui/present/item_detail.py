"""One item in full: what it says, what decides it, evidence, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from workshop_tui.model.checklist import ItemView, is_overdue
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import badness
from workshop_tui.model.platform_action import PlatformAction, action_of_command
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age, local_time, until
from workshop_tui.present.finding import finding_lines, offers_remedy, worst_first
from workshop_tui.present.outcome import status_cell


def item_lines(view: ItemView, now: datetime, timezone: str, *, may_act: bool = True) -> list[Cell]:
    """Lines of unequal length, for a pane that wraps."""
    return [*_head(view, now, timezone), *_results(view, now, may_act=may_act), *_guide(view)]


def remedy_command(view: ItemView) -> str | None:
    """The first command that is offered, the worst finding's first; None when none is."""
    for result in sorted(view.results, key=lambda result: badness(result.outcome)):
        for finding in worst_first(result):
            if finding.remedy and finding.remedy.command and offers_remedy(finding):
                return finding.remedy.command
    return None


def remedy_actions(results: Iterable[CheckResult]) -> tuple[PlatformAction, ...]:
    """What the program itself may do of the remedies that are offered, the worst finding's first; each once."""
    found: dict[PlatformAction, None] = {}
    for result in sorted(results, key=lambda result: badness(result.outcome)):
        for finding in worst_first(result):
            if finding.remedy and finding.outcome.needs_eyes and (action := action_of_command(finding.remedy.command)):
                found[action] = None
    return tuple(found)


def _head(view: ItemView, now: datetime, timezone: str) -> Iterator[Cell]:
    state = view.state
    yield cell(view.item.title, Tone.STRONG)
    standing = status_cell(view.outcome) if view.outcome else cell("☐ open", Tone.PLAIN)
    kind = "decides itself" if view.is_sensed else "a person decides"
    due = f"due {local_time(view.due_at, timezone)} ({until(view.due_at, now)})"
    overdue = cell("  overdue", Tone.WARN) if is_overdue(view, now) else Cell()
    yield standing + cell(f" · {kind} · {due}", Tone.MUTED) + overdue
    if state.status is not ItemStatus.OPEN:
        when = f" {age(state.changed_at, now)} ago" if state.changed_at else ""
        words = {
            ItemStatus.DONE: "Marked done",
            ItemStatus.NOT_NEEDED: "Marked not needed",
            ItemStatus.DEFERRED: "Deferred",
        }[state.status]
        if view.overridden and view.sensed is not None:
            yield cell(f"{words} by {state.changed_by}{when} over what is sensed: ", Tone.WAIVED) + status_cell(
                view.sensed
            )
        else:
            yield cell(f"{words} by {state.changed_by}{when}", Tone.WAIVED)
        if state.reason:
            yield cell(f"Reason  {state.reason}", Tone.WAIVED)
    if view.item.message:
        yield cell("Message  ", Tone.MUTED) + cell(f"{view.item.message}: m shows it, copies it, notes it as sent")
    if state.owner:
        yield cell("Owner  ", Tone.MUTED) + cell(state.owner)
    for number, line in enumerate(state.note.splitlines()):
        yield cell("Note   " if number == 0 else "       ", Tone.MUTED) + cell(line)


def _results(view: ItemView, now: datetime, *, may_act: bool) -> Iterator[Cell]:
    for result in view.results:
        yield Cell()
        asked = f"  {age(result.judged_at, now)} ago"
        yield status_cell(result.outcome) + cell(f"  {result.title}", Tone.STRONG) + cell(asked, Tone.MUTED)
        for finding in worst_first(result):
            yield from finding_lines(finding, may_act=may_act)


def _guide(view: ItemView) -> Iterator[Cell]:
    if view.item.help:
        yield Cell()
        yield cell("Why  ", Tone.MUTED) + cell(view.item.help)
    if view.item.details:
        yield Cell()
        yield cell("The validation list says", Tone.MUTED)
        for detail in view.item.details:
            yield cell("  · ", Tone.MUTED) + cell(detail.text)
