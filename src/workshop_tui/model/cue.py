"""Which part of the run of show is on, by the workshop's own times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from workshop_tui.model.guide import Cue
from workshop_tui.model.workshop import Workshop


def cue_times(cues: Sequence[Cue], workshop: Workshop) -> Iterator[tuple[Cue, datetime, datetime]]:
    """(cue, start, end) in order. Spare time goes to those that may be longer; the last one ends with the workshop."""
    spare = workshop.duration - timedelta(minutes=sum(cue.minutes for cue in cues))
    starts_at = workshop.starts_at
    for i, cue in enumerate(cues):
        length = timedelta(minutes=cue.minutes)
        more = min(max(spare, timedelta()), timedelta(minutes=max(0, cue.longest_minutes - cue.minutes)))
        spare -= more
        ends_at = workshop.ends_at if i == len(cues) - 1 else min(workshop.ends_at, starts_at + length + more)
        yield cue, starts_at, ends_at
        starts_at = ends_at


def cue_at(cues: Sequence[Cue], workshop: Workshop | None, now: datetime) -> str:
    """The cue's id; empty before the workshop and after it."""
    if workshop is None:
        return ""
    return next((cue.id for cue, starts_at, ends_at in cue_times(cues, workshop) if starts_at <= now < ends_at), "")
