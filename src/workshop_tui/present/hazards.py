"""The workshop's window as a time line, with all that falls near it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.hazard import SHOWN, Hazard, opens_at, outcome_of
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import local_time
from workshop_tui.present.finding import finding_lines, worst_first
from workshop_tui.present.outcome import status_cell, symbol, symbol_cell, tone

_NAME = 30
_LEAST_AXIS = 24


def hazard_lines(hazards: Sequence[Hazard], workshop: Workshop, width: int, unknown: Sequence[str] = ()) -> list[Cell]:
    """A row for each hazard; `width` columns in all. `unknown`: what could not be looked at, one line each."""
    axis = _axis(workshop, width)
    lines = _window_lines(axis)
    if not hazards and not unknown:
        return [*lines, Cell(), cell("Nothing is known to disturb it.", Tone.PASS)]
    lines += [cell(f"? {reason}", Tone.UNKNOWN) for reason in unknown]
    lines += [_row(hazard, workshop, axis) for hazard in hazards]
    remedies = dict.fromkeys(
        (hazard.remedy.text, hazard.remedy.command)
        for hazard in hazards
        if hazard.remedy and outcome_of(hazard, workshop).needs_eyes
    )
    for text, command in remedies:
        lines += [Cell(), cell("Fix ", Tone.ACCENT) + cell(text)]
        lines += [cell("  $ ", Tone.MUTED) + cell(line, Tone.ACCENT) for line in (command or "").splitlines()]
    return lines


def unknown_reasons(judged: CheckResult | None) -> list[str]:
    """Why not all hazards can be known, by the check that looks at them."""
    if judged is None:
        return ["not looked at yet"]
    return list(dict.fromkeys(one.message for one in judged.findings if one.outcome is Outcome.UNKNOWN))


def recorded_hazard_lines(judged: CheckResult | None, workshop: Workshop, width: int) -> list[Cell]:
    """A recording keeps what was judged of hazards, not them: the window, and that judgement as it was."""
    axis = _axis(workshop, width)
    lines = [*_window_lines(axis), Cell(), cell("A recording keeps of hazards what was judged of them.", Tone.MUTED)]
    if judged is None:
        return [*lines, cell("? Not recorded: nothing was judged of them until then.", Tone.UNKNOWN)]
    at = local_time(judged.judged_at, workshop.timezone, "%a %-d %b %H:%M")
    lines.append(status_cell(judged.outcome) + cell(f"  {judged.title}", Tone.STRONG) + cell(f"  {at}", Tone.MUTED))
    if not judged.findings:
        return [*lines, cell(f"  {judged.summary}", tone(judged.outcome))]
    return lines + [line for finding in worst_first(judged) for line in finding_lines(finding, may_act=False)]


def _axis(workshop: Workshop, width: int) -> _Axis:
    return _Axis(workshop, max(_LEAST_AXIS, min(72, width - _NAME - 9)))


def _window_lines(axis: _Axis) -> list[Cell]:
    return [cell(" " * _NAME) + axis.times(), cell("window".ljust(_NAME), Tone.MUTED) + axis.window()]


class _Axis:
    def __init__(self, workshop: Workshop, width: int) -> None:
        self.width = width
        self._begins = workshop.starts_at - SHOWN
        self._span = workshop.ends_at + SHOWN - self._begins
        self._zone = ZoneInfo(workshop.timezone)
        self._opens, self._starts, self._ends = (
            self.place(at) for at in (opens_at(workshop), workshop.starts_at, workshop.ends_at)
        )
        self._named = ((self._starts, workshop.starts_at), (self._ends, workshop.ends_at))

    def place(self, at: datetime) -> int:
        """The column; what lies outside stands at the edge."""
        share = (at - self._begins) / self._span
        return max(0, min(self.width - 1, round(share * (self.width - 1))))

    def times(self) -> Cell:
        text = [" "] * (self.width + 5)
        for column, at in self._named:
            for offset, letter in enumerate(self.clock(at)):
                text[column + offset] = letter
        return cell("".join(text).rstrip(), Tone.MUTED)

    def window(self) -> Cell:
        line = ["·"] * self.width
        line[self._opens : self._ends + 1] = "━" * (self._ends + 1 - self._opens)
        line[self._starts] = "┿"
        return cell("".join(line), Tone.ACCENT)

    def mark(self, column: int, sign: Cell) -> Cell:
        return cell("·" * column, Tone.MUTED) + sign + cell("·" * (self.width - column - len(sign.text)), Tone.MUTED)

    def everywhere(self, outcome: Outcome) -> Cell:
        """All of the window, with the outcome's sign in the middle."""
        inside = list("~" * (self._ends + 1 - self._opens))
        inside[len(inside) // 2] = symbol(outcome)
        line = "·" * self._opens + "".join(inside) + "·" * (self.width - self._opens - len(inside))
        return cell(line, tone(outcome))

    def clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"


def _row(hazard: Hazard, workshop: Workshop, axis: _Axis) -> Cell:
    outcome = outcome_of(hazard, workshop)
    name = f"{hazard.region} {hazard.what}" if hazard.region else hazard.what
    head = cell((name if len(name) < _NAME else name[: _NAME - 2] + "…").ljust(_NAME))
    if hazard.at is not None:
        line = axis.mark(axis.place(hazard.at), symbol_cell(outcome))
        edge = hazard.at < workshop.starts_at - SHOWN
        return head + line + cell("  earlier" if edge else f"  {axis.clock(hazard.at)}", Tone.MUTED)
    if outcome is Outcome.UNKNOWN:
        return head + cell("? " + hazard.unknown, tone(outcome))
    if hazard.any_time:
        return head + axis.everywhere(outcome) + cell("  any time", tone(outcome))
    every = hazard.every or timedelta()
    return (
        head
        + axis.everywhere(outcome)
        + cell(f"  {hazard.chance or 0:.0%}", tone(outcome))
        + cell(f" every {every / timedelta(hours=1):g} h", Tone.MUTED)
    )
