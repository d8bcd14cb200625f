"""One judged subject as lines: its sign, what it says, the evidence, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.model.platform_action import action_of_command
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.outcome import symbol_cell


def worst_first(result: CheckResult) -> list[Finding]:
    return sorted(result.findings, key=lambda finding: badness(finding.outcome))


def offers_remedy(finding: Finding) -> bool:
    """What is not done yet in the program says how it is done."""
    return finding.outcome.needs_eyes or finding.outcome is Outcome.NOT_APPLICABLE


def finding_lines(finding: Finding, *, may_act: bool) -> Iterator[Cell]:
    """`may_act`: whether the program itself can do a remedy here."""
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
    if finding.remedy and offers_remedy(finding):
        verb = "Fix" if finding.outcome.needs_eyes else "Do"
        yield cell(f"    {verb} ", Tone.ACCENT) + cell(finding.remedy.text)
        if finding.remedy.command:
            for line in finding.remedy.command.splitlines():
                yield cell("      $ ", Tone.MUTED) + cell(line, Tone.ACCENT)
        if may_act and finding.outcome.needs_eyes and action_of_command(finding.remedy.command):
            yield cell("      a does it, after a yes; C undoes it", Tone.MUTED)
