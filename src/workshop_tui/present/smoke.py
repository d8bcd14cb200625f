"""Smoke tests as text: what one would do, how they go, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.model.smoke import STAGES, PlatformChange, SmokeProgress, SmokeRun
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age
from workshop_tui.present.outcome import symbol, symbol_cell, tone, word

if TYPE_CHECKING:
    from workshop_tui.settings.smoke import Smoke, SmokeTarget

_SHORT = {"provisioning": "build"}
_REGION = 10
_LEAST = 5


def effect_of(target: SmokeTarget, smoke: Smoke) -> str:
    """What a smoke test does on the platform, in one line."""
    return f"starts one workspace from {target.template}, {_use(smoke)}, and removes it"


def question_lines(smoke: Smoke) -> list[Cell]:
    """Each target with its effect, before anything is changed."""
    if not smoke.target:
        return [cell("The settings name no [[smoke.target]] with region and template: nothing can be started.")]
    effect = f"it starts a workspace, {_use(smoke)}, and removes it."
    targets = [
        cell(f"  {target.region}  ", Tone.STRONG) + cell(f"one workspace from {target.template}")
        for target in smoke.target
    ]
    return [
        cell(f"A smoke test changes the platform: in all regions at once {effect}"),
        *targets,
        cell("It is recorded before it is started, and removed when it is stopped.", Tone.MUTED),
    ]


def _use(smoke: Smoke) -> str:
    inside = {"agent": "runs a command inside by the agent's terminal", "none": "runs nothing inside"}
    return f"asks its app, {inside[smoke.command_by]}"


def left_lines(left: Sequence[PlatformChange], now: datetime) -> list[Cell]:
    """What earlier runs left on the platform; nothing when nothing is left."""
    if not left:
        return []
    lines = [cell("Left on the platform by an earlier smoke test:", Tone.WARN)]
    for change in left:
        lines.append(cell(f"  {change.target}") + cell(f"  {age(change.planned_at, now)} ago, {change.by}", Tone.MUTED))
    return [*lines, cell("  c removes it, as workshop-tui doctor --clean does", Tone.MUTED)]


def progress_lines(progresses: Sequence[tuple[SmokeProgress, float]]) -> list[Cell]:
    """A table of regions and stages, then a line of words for each. The number: seconds in the present stage."""
    head = cell(" " * (_REGION + 2)) + cell("".join(_name(stage).rjust(_width(stage)) for stage in STAGES), Tone.MUTED)
    rows = [_row(progress, stage_s) for progress, stage_s in progresses]
    words = [line for progress, _ in progresses for line in _words(progress)]
    return [head, *rows, Cell(), *words]


def run_lines(runs: Sequence[SmokeRun]) -> list[Cell]:
    """The table of runs that are over, with their words."""
    over = [
        SmokeProgress(run.region, run.workspace, "", run.error or "passed", run.stages, run.gaps, run.error)
        for run in runs
    ]
    return progress_lines([(progress, 0.0) for progress in over])


def outcome_of(progress: SmokeProgress) -> Outcome | None:
    """None while it runs, and for one that was stopped."""
    whole = len(progress.stages) + len(progress.gaps) == len(STAGES)
    if progress.stage or not (whole or progress.error):
        return None
    return worst([Outcome.PASS, *(gap.outcome for gap in progress.gaps)])


def _row(progress: SmokeProgress, stage_s: float) -> Cell:
    outcome = outcome_of(progress)
    sign = symbol_cell(outcome) if outcome else cell("·", Tone.MUTED)
    row = sign + cell(" " + progress.region[:_REGION].ljust(_REGION + 1), Tone.STRONG)
    passed = dict(progress.stages)
    gaps = {gap.stage: gap.outcome for gap in progress.gaps}
    for stage in STAGES:
        width = _width(stage)
        if stage in passed:
            row += cell(f"{passed[stage]:.0f} s".rjust(width))
        elif stage in gaps:
            row += cell(symbol(gaps[stage]).rjust(width), tone(gaps[stage]))
        elif stage == progress.stage:
            row += cell(f"{stage_s:.0f}…".rjust(width), Tone.ACCENT)
        else:
            row += cell(" " * width)
    return row


def _words(progress: SmokeProgress) -> list[Cell]:
    outcome = outcome_of(progress)
    said = progress.words
    if outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        said = f"{word(outcome)}: {said}" if outcome is Outcome.FAIL else f"{said}, but not all is known"
    first = cell(f"{progress.region}  ", Tone.STRONG) + cell(said, tone(outcome) if outcome else Tone.PLAIN)
    rest = [
        cell(f"  {symbol(gap.outcome)} {gap.stage}: ", tone(gap.outcome)) + cell(gap.reason, Tone.MUTED)
        for gap in progress.gaps
        if gap.outcome is not Outcome.FAIL
    ]
    return [first, *rest]


def _name(stage: str) -> str:
    return _SHORT.get(stage, stage)


def _width(stage: str) -> int:
    return max(_LEAST, len(_name(stage))) + 1
