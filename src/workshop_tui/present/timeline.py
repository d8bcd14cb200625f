"""The bar below a replay: the run of show, alerts, incidents and where we are, and the keys that move there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.timeline import Mark, TimelineView
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import countdown, local_time

_GUTTER = 24
_LEAST_BAR = 10


def timeline_lines(view: TimelineView, width: int) -> tuple[Cell, Cell, Cell]:
    """The parts of the run of show, the line with its marks and the cursor, and the keys."""
    room = max(_LEAST_BAR, width - _GUTTER)
    state = f"▶ {view.speed}×" if view.playing else "⏸"
    clock = local_time(view.now, view.workshop.timezone, "%H:%M:%S %Z")
    first = cell(f"{state:<6}", Tone.REPLAY if view.playing else Tone.STRONG) + cell(f" {clock}", Tone.STRONG)
    since = view.now - view.workshop.starts_at
    sign = "-" if since < timedelta() else "+"
    second = cell(f"T{sign}{countdown(abs(since))}", Tone.ACCENT)
    second += cell(f" of {countdown(view.workshop.duration)}", Tone.MUTED)
    return _filled(first) + cues_cell(view, room), _filled(second) + bar_cell(view, room), keys_cell(width)


_KEYS = (
    ("space", "play", "play, pause"),
    ("[ ]", "1 min", "a minute"),
    ("{ }", "10 s", "ten seconds"),
    ("< >", "speed", "slower, faster"),
    ("n N", "alert", "next alert or incident, last"),
    ("home end", "", ""),
)
"""Key, short and full."""


def keys_cell(width: int) -> Cell:
    """The keys that move through time, in full where all have room, else in short, else as many as have."""
    full = _keys_cell([(key, said) for key, _, said in _KEYS])
    short = [(key, said) for key, said, _ in _KEYS]
    lines = [full, *(_keys_cell(short[:count]) for count in range(len(short), 0, -1))]
    return next((line for line in lines if len(line.text) <= width), Cell())


def _keys_cell(keys: Sequence[tuple[str, str]]) -> Cell:
    line = Cell()
    for key, said in keys:
        line += cell("  " if line.pieces else "") + cell(key, Tone.ACCENT)
        line += cell(f" {said}" if said else "", Tone.MUTED)
    return line


def cues_cell(view: TimelineView, width: int) -> Cell:
    """The title of each part above where it is on the bar, cut where it has no room."""
    line = Cell()
    for title, starts_at, ends_at in view.cues:
        begin, end = place(view, starts_at, width), place(view, ends_at, width)
        if ends_at <= view.start or starts_at >= view.end or end <= begin:
            continue
        on = starts_at <= view.now < ends_at
        said = f"│{title}"[: end - begin]
        line += cell(" " * (begin - len(line.text))) + cell(said, Tone.ACCENT if on else Tone.MUTED)
    return line


def bar_cell(view: TimelineView, width: int) -> Cell:
    """Of several marks in one place the worst shows, and the cursor over all."""
    marks: dict[int, Mark] = {}
    for mark in view.marks:
        if view.start <= mark.at <= view.end:
            where = place(view, mark.at, width)
            marks[where] = max(marks.get(where, mark), mark, key=_weight)
    cursor = place(view, view.now, width)
    line = Cell()
    for where in range(width):
        if where == cursor:
            line += cell("█", Tone.STRONG)
        elif where in marks:
            line += cell(*_sign(marks[where]))
        else:
            line += cell("━" if where < cursor else "─", Tone.ACCENT if where < cursor else Tone.MUTED)
    return line


def place(view: TimelineView, at: datetime, width: int) -> int:
    """The column of a moment, from 0 to `width` - 1."""
    lasts = view.end - view.start
    share = (at - view.start) / lasts if lasts > timedelta() else 0.0
    return min(width - 1, max(0, round(share * (width - 1))))


def _sign(mark: Mark) -> tuple[str, Tone]:
    if mark.kind == "incident":
        return "◆", Tone.FAIL
    return ("✗", Tone.FAIL) if mark.outcome is Outcome.FAIL else ("!", Tone.WARN)


def _weight(mark: Mark) -> int:
    return 2 if mark.kind == "incident" else int(mark.outcome is Outcome.FAIL)


def _filled(line: Cell) -> Cell:
    return line + cell(" " * max(1, _GUTTER - len(line.text)))
