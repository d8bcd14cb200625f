"""Check results as a person and a program read them on standard output."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.cli.say import say, say_coloured
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.present.outcome import symbol
from workshop_tui.report.changes import Change, ChangeKind

_COLOURS = {Outcome.PASS: "green", Outcome.WARN: "yellow", Outcome.FAIL: "red", Outcome.UNKNOWN: "yellow"}


def check_document(
    overall: Outcome, results: Sequence[CheckResult], changed: Sequence[Change] | None = None
) -> dict[str, object]:
    """Format 1; changes only with a line in the changelog. `changed`: None where nothing was compared."""
    compared = {} if changed is None else {"changes": [_change(change) for change in changed]}
    return {
        "format": 1,
        "outcome": overall.value,
        "checks": [
            {
                "id": result.check_id,
                "title": result.title,
                "outcome": result.outcome.value,
                "duration_s": round(result.duration_s, 3),
                "findings": [
                    {
                        "subject": finding.subject,
                        "region": finding.region,
                        "outcome": finding.outcome.value,
                        "message": finding.message,
                        "evidence": dict(finding.evidence),
                        "remedy": None
                        if finding.remedy is None
                        else {"text": finding.remedy.text, "command": finding.remedy.command},
                    }
                    for finding in result.findings
                ],
            }
            for result in results
        ],
        **compared,
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "id": change.check_id,
        "kind": change.kind.value,
        "before": change.before.value if change.before else None,
        "after": change.after.value,
        "summary": change.summary,
    }


def print_changes(changed: Sequence[Change], since: str) -> None:
    say(f"\nSince {since}: " + ("" if changed else "nothing changed"))
    for change in changed:
        colour = "green" if change.kind is ChangeKind.BETTER else "red"
        before = change.before.value if change.before else "not run"
        words = f"{change.kind.value:<6} {before} → {change.after.value}"
        summary = f" — {change.summary}" if change.summary else ""
        say_coloured(words, colour, f" {change.title}{summary}", indent=2)


def print_results(results: Sequence[CheckResult]) -> None:
    for result in results:
        mark = f"{symbol(result.outcome)} {result.outcome.value:<14}"
        say_coloured(mark, _COLOURS.get(result.outcome), f"{result.title}  ({result.duration_s:.1f} s)")
        for finding in sorted(result.findings, key=lambda finding: badness(finding.outcome)):
            where = f"{finding.region}: " if finding.region else ""
            said_of = f"{where}{finding.subject} — {finding.message}"
            say_coloured(symbol(finding.outcome), _COLOURS.get(finding.outcome), said_of, indent=4)
            if finding.remedy and finding.outcome.needs_eyes:
                say(f"      Fix: {finding.remedy.text}")
                if finding.remedy.command:
                    for line in finding.remedy.command.splitlines():
                        say(f"        $ {line}")
    failed = [result for result in results if result.outcome is Outcome.FAIL]
    unknown = [result for result in results if result.outcome is Outcome.UNKNOWN]
    said = [f"{len(failed)} failed"] if failed else []
    said += [f"{len(unknown)} unknown"] if unknown else []
    if all(result.outcome is Outcome.NOT_APPLICABLE for result in results):
        said = ["none applies, so nothing was judged: see `workshop-tui config check`"]
    say(f"\n{len(results)} checks: {', '.join(said) or 'nothing failed'}")
