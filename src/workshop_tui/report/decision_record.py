"""The Go/No-Go record as Markdown: who decided what, when and why, and all that they saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workshop_tui.model.decision import Decision, Evidence
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Guide
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import badness
from workshop_tui.model.workshop import Workshop
from workshop_tui.printable import own_words
from workshop_tui.redaction import mask
from workshop_tui.report.markdown import plain, table
from workshop_tui.report.moment import moment_text


def decision_record(
    workshop: Workshop, guide: Guide, decisions: Sequence[Decision], evidence: Mapping[int, Evidence]
) -> str:
    """`evidence`: by decision id; a decision signed before evidence was kept has none. Secrets are masked."""
    parts = [f"# Go/No-Go: {plain(workshop.title)}"]
    if not decisions:
        parts.append("Nobody has signed Go or No-Go.")
    for decision in decisions:
        parts += _decision(decision, workshop)
        if (kept := evidence.get(decision.id)) is not None:
            parts += _checks(kept.results)
            parts += _by_hand(kept.items, guide, workshop)
    return mask(own_words("\n\n".join(parts) + "\n"))


def _decision(decision: Decision, workshop: Workshop) -> Iterator[str]:
    yield f"## {decision.verdict.upper()}, signed by {plain(decision.signed_by)}"
    rows = [
        ("Signed", moment_text(decision.signed_at, workshop)),
        ("The checklist said", decision.computed.upper()),
        ("Why", plain(decision.reason) or "as the checklist says"),
        ("Blockers", "; ".join(plain(blocker) for blocker in decision.blockers) or "none"),
    ]
    if decision.checklist_time is not None:
        rows.append(("Checklist time", f"{decision.checklist_time.total_seconds() / 60:.0f} min (target: under 30)"))
    yield table(("", ""), rows)


def _checks(results: Sequence[CheckResult]) -> Iterator[str]:
    worst_first = sorted(results, key=lambda result: (badness(result.outcome), result.check_id))
    if not worst_first:
        return
    yield "### What the checks said"
    yield table(
        ("Outcome", "Check", "Said"),
        [(result.outcome.value, plain(result.title), plain(result.summary)) for result in worst_first],
    )
    for result in worst_first:
        if result.outcome.needs_eyes:
            yield f"#### {plain(result.title)}: {result.outcome.value}"
            yield from _findings(result)


def _findings(result: CheckResult) -> Iterator[str]:
    rows, remedies = [], []
    for finding in sorted(result.findings, key=lambda finding: badness(finding.outcome)):
        where = f"{finding.region}: " if finding.region else ""
        evidence = "; ".join(f"{plain(name)} {plain(value)}" for name, value in finding.evidence)
        rows.append((finding.outcome.value, plain(f"{where}{finding.subject}"), plain(finding.message), evidence))
        if finding.remedy and finding.outcome.needs_eyes:
            remedies.append((finding.remedy.text, finding.remedy.command))
    yield table(("Outcome", "Subject", "Found", "Evidence"), rows)
    for text, command in dict.fromkeys(remedies):
        yield f"Fix: {plain(text)}"
        if command:
            yield "\n".join(f"    {line}" for line in command.splitlines())


def _by_hand(items: Sequence[ItemState], guide: Guide, workshop: Workshop) -> Iterator[str]:
    titles = {item.id: item.title for item in (*guide.items, *guide.card)}
    rows = [
        (
            plain(titles.get(state.item_id, state.item_id)),
            state.status.value,
            plain(state.reason),
            plain(state.changed_by),
            moment_text(state.changed_at, workshop) if state.changed_at else "",
        )
        for state in items
        if state.status is not ItemStatus.OPEN
    ]
    if rows:
        yield "### What people had said"
        yield table(("Line", "Status", "Reason", "By", "At"), rows)
