"""One item in full: what it says, what decides it, evidence, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from workshop_tui.model.checklist import ItemView, is_overdue
from workshop_tui.model.deed import Deed, read_deed
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age, local_time, until
from workshop_tui.present.outcome import status_cell, symbol_cell


def item_lines(view: ItemView, now: datetime, timezone: str) -> list[Cell]:
    """Lines of unequal length, for a pane that wraps."""
    return [*_head(view, now, timezone), *_results(view, now), *_guide(view)]


def remedy_command(view: ItemView) -> str | None:
    """The first command that is offered, the worst finding's first; None when none is."""
    for result in sorted(view.results, key=lambda result: badness(result.outcome)):
        for finding in _worst_first(result):
            if finding.remedy and finding.remedy.command and _offers(finding):
                return finding.remedy.command
    return None


def remedy_deeds(results: Iterable[CheckResult]) -> tuple[Deed, ...]:
    """What the program itself may do of the remedies that are offered, the worst finding's first; each once."""
    found: dict[Deed, None] = {}
    for result in sorted(results, key=lambda result: badness(result.outcome)):
        for finding in _worst_first(result):
            if finding.remedy and finding.outcome.needs_eyes and (deed := read_deed(finding.remedy.command)):
                found[deed] = None
    return tuple(found)


def _offers(finding: Finding) -> bool:
    """What is not done yet in the program says how it is done."""
    return finding.outcome.needs_eyes or finding.outcome is Outcome.NOT_APPLICABLE


def _worst_first(result: CheckResult) -> list[Finding]:
    return sorted(result.findings, key=lambda finding: badness(finding.outcome))


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


def _results(view: ItemView, now: datetime) -> Iterator[Cell]:
    for result in view.results:
        yield Cell()
        asked = f"  {age(result.judged_at, now)} ago"
        yield status_cell(result.outcome) + cell(f"  {result.title}", Tone.STRONG) + cell(asked, Tone.MUTED)
        for finding in _worst_first(result):
            where = f"{finding.region} " if finding.region and finding.region not in finding.subject else ""
            yield (
                cell("  ")
                + symbol_cell(finding.outcome)
                + cell(f" {where}{finding.subject}  ", Tone.STRONG if finding.outcome.needs_eyes else Tone.PLAIN)
                + cell(finding.message)
            )
            if finding.evidence:
                width = max(len(name) for name, _ in finding.evidence)
                for name, value in finding.evidence:
                    yield cell(f"    {name.ljust(width)}  ", Tone.MUTED) + cell(value, Tone.MUTED)
            if finding.remedy and _offers(finding):
                verb = "Fix" if finding.outcome.needs_eyes else "Do"
                yield cell(f"    {verb} ", Tone.ACCENT) + cell(finding.remedy.text)
                if finding.remedy.command:
                    for line in finding.remedy.command.splitlines():
                        yield cell("      $ ", Tone.MUTED) + cell(line, Tone.ACCENT)
                if finding.outcome.needs_eyes and read_deed(finding.remedy.command):
                    yield cell("      a does it, after a yes; C undoes it", Tone.MUTED)


def _guide(view: ItemView) -> Iterator[Cell]:
    if view.item.help:
        yield Cell()
        yield cell("Why  ", Tone.MUTED) + cell(view.item.help)
    if view.item.details:
        yield Cell()
        yield cell("The validation list says", Tone.MUTED)
        for detail in view.item.details:
            yield cell("  · ", Tone.MUTED) + cell(detail.text)
