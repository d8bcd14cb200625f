"""What a guide file may say; `build` turns it into the guide."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from workshop_tui.guide.due import parse_due
from workshop_tui.model.guide import (
    Cue,
    Detail,
    Guide,
    Item,
    Phase,
    RetrospectiveSection,
    RunbookCase,
    SuccessMetric,
)
from workshop_tui.model.incident import Severity

_LABEL_COLUMNS = 8
_CARD_LINES = (5, 9)


def _is_an_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError('expected a kebab-case id, e.g. "smoke-tests"')
    return value


def _is_a_phase_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+-]*", value):
        raise ValueError('expected letters, digits, "+" and "-", e.g. "T-2d"')
    return value


def _says_something(value: str) -> str:
    if not value.strip():
        raise ValueError("expected text, not nothing")
    return value.strip()


def _on_one_line(value: str) -> str:
    if "\n" in value or not value.isprintable():
        raise ValueError("expected one line of printable text")
    return _says_something(value)


def _is_a_card(lines: tuple[CardEntry, ...]) -> tuple[CardEntry, ...]:
    if lines and not _CARD_LINES[0] <= len(lines) <= _CARD_LINES[1]:
        raise ValueError(f"expected five to nine lines, found {len(lines)}")
    return lines


def _is_short(value: str) -> str:
    if len(value) > _LABEL_COLUMNS:
        raise ValueError(f"expected at most {_LABEL_COLUMNS} characters")
    return value


Id = Annotated[str, AfterValidator(_is_an_id)]
PhaseId = Annotated[str, AfterValidator(_is_a_phase_id)]
Line = Annotated[str, AfterValidator(_on_one_line)]
Text = Annotated[str, AfterValidator(_says_something)]
Due = Annotated[timedelta, BeforeValidator(parse_due)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PhaseEntry(Entry):
    id: PhaseId
    title: Line
    label: Annotated[Line, AfterValidator(_is_short)]
    due: Due


class DetailEntry(Entry):
    text: Line
    sensed_by: tuple[Id, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _may_be_text_alone(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class ItemEntry(Entry):
    id: Id
    phase: PhaseId
    section: Line
    title: Line
    short: Line | Literal[""] = ""
    """Empty: the title."""
    due: Due | None = None
    """None: with its phase."""
    sensed_by: tuple[Id, ...] = ()
    details: tuple[DetailEntry, ...] = ()
    help: str = ""
    message: Id | Literal[""] = ""


class CardEntry(Entry):
    """A line to confirm at the last pause point."""

    id: Id
    title: Line
    sensed_by: tuple[Id, ...] = ()


class CueEntry(Entry):
    id: Id
    title: Line
    minutes: Minutes
    longest_minutes: Minutes | None = None
    """None: as `minutes`."""
    bullets: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _longest_is_not_shorter(self) -> CueEntry:
        if self.longest_minutes is not None and self.longest_minutes < self.minutes:
            raise ValueError("expected longest_minutes not under minutes")
        return self


class MetricEntry(Entry):
    id: Id
    section: Line
    title: Line
    target: Line


class SectionEntry(Entry):
    id: Id
    title: Line
    template: str = ""


class CaseEntry(Entry):
    id: Id
    title: Line
    signs: Line
    causes: Line
    first_moves: Line


class SeverityEntry(Entry):
    id: Severity
    meaning: Line


class GuideEntries(Entry):
    """The whole file; each list is an array of tables named like its key."""

    extends: Literal["default"] | None = None
    remove: tuple[str, ...] = ()
    title: Line
    phase: tuple[PhaseEntry, ...]
    item: tuple[ItemEntry, ...]
    card: Annotated[tuple[CardEntry, ...], AfterValidator(_is_a_card)] = ()
    cue: tuple[CueEntry, ...] = ()
    key_metrics: tuple[Id, ...] = ()
    metric: tuple[MetricEntry, ...] = ()
    retrospective: tuple[SectionEntry, ...] = ()
    case: tuple[CaseEntry, ...] = ()
    severity: tuple[SeverityEntry, ...]

    def build(self, origin: str) -> Guide:
        due_of_phase = {phase.id: phase.due for phase in self.phase}
        return Guide(
            title=self.title,
            phases=tuple(Phase(p.id, p.title, p.label, p.due) for p in self.phase),
            items=tuple(
                Item(
                    id=i.id,
                    phase=i.phase,
                    section=i.section,
                    title=i.title,
                    short=i.short,
                    due=due_of_phase[i.phase] if i.due is None else i.due,
                    sensed_by=i.sensed_by,
                    details=tuple(Detail(d.text, d.sensed_by) for d in i.details),
                    help=i.help.strip(),
                    message=i.message,
                )
                for i in self.item
            ),
            cues=tuple(Cue(c.id, c.title, c.minutes, c.longest_minutes or c.minutes, c.bullets) for c in self.cue),
            metrics=tuple(SuccessMetric(m.id, m.section, m.title, m.target) for m in self.metric),
            key_metrics=self.key_metrics,
            retrospective=tuple(
                RetrospectiveSection(s.id, s.title, s.template.strip("\n")) for s in self.retrospective
            ),
            runbook=tuple(RunbookCase(c.id, c.title, c.signs, c.causes, c.first_moves) for c in self.case),
            severities=tuple((s.id.value, s.meaning) for s in sorted(self.severity, key=lambda s: s.id.value)),
            origin=origin,
            card=tuple(Item(f"card.{c.id}", "", "", c.title, timedelta(), c.sensed_by) for c in self.card),
        )
