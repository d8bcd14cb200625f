"""The live grid: rows are measures, columns regions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.number import number_text
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age
from workshop_tui.present.outcome import symbol, tone
from workshop_tui.present.sparkline import sparkline

_WIDE = 28
"""From this width of a cell on, the age always has room."""
_LINES = (10, 5)
_LINE_FROM = {10: _WIDE, 5: 18}
"""Lengths of the line beside a number, and the width of a cell from which each has room. What is wrong comes first."""
_TITLE = 18
_CELL = 14
_GAP = 2


@dataclass(frozen=True, slots=True)
class GridView:
    """What a person wants to see of the grid."""

    faults_only: bool = False
    worst_first: bool = False
    words: tuple[str, ...] = ()
    """In small letters; every row shown holds all of them in its title or in a cell."""


def columns(region_count: int) -> tuple[Column, ...]:
    return (
        Column(_TITLE, flexible=True),
        *(Column(_CELL, flexible=True, weight=2) for _ in range(region_count)),
    )


def window(count: int, width: int, chosen: int) -> range:
    """Which of `count` regions have room, the chosen one among them."""
    fit = max(1, min(count, (width - _TITLE) // (_CELL + _GAP)))
    start = min(max(0, chosen - fit // 2), max(0, count - fit))
    return range(start, start + min(fit, count))


def value_cell(
    value: MeasureValue | None,
    unit: str,
    series: Sequence[float | None],
    now: datetime,
    width: int,
    late_after: timedelta,
    *,
    troubled: bool = False,
) -> Cell:
    """`troubled`: its source does not answer now, so what it said last is shown and never green.

    Symbol, number, what it is of; age and sparkline where there is room, the age from `late_after` on always."""
    if value is None:
        return cell("? waiting", Tone.UNKNOWN)
    if value.outcome is Outcome.NOT_APPLICABLE:
        return cell(f"– {value.detail}" if width >= 24 and value.detail else "–", Tone.MUTED)
    if value.value is None:
        return cell(f"? {value.detail}", Tone.UNKNOWN)
    outcome = Outcome.UNKNOWN if troubled else value.outcome
    said = cell(f"{symbol(outcome)} {number_text(value.value, unit)}", tone(outcome))
    old = value.taken_at is None or now - value.taken_at >= late_after
    wide = width >= _WIDE
    said_age = f" {'old ' if old and wide else ''}{age(value.taken_at, now)}"
    when = cell(said_age, Tone.WARN if old else Tone.MUTED) if old or wide else Cell()
    room = width - len(said.text) - len(when.text)
    lines = [length for length in _LINES if length + 1 <= room and width >= _LINE_FROM[length]]
    bad = outcome in (Outcome.WARN, Outcome.FAIL)
    with_detail = [length for length in lines if len(value.detail) + 1 <= room - length - 1]
    line_width = with_detail[0] if with_detail else 0 if bad or not lines else lines[-1]
    tail = when
    if line_width:
        spark = sparkline(series, line_width, ceiling=1.0 if unit == "share" else None)
        tail = cell(" ") + cell(spark, tone(outcome)) + when
        room -= line_width + 1
    detail = value.detail if len(value.detail) < room else f"{value.detail[: room - 2]}…" if room > 6 else ""
    if detail:
        said += cell(f" {detail}", Tone.MUTED)
    return said + cell(" " * (width - len(said.text) - len(tail.text))) + tail


def heading_row(regions: Sequence[RegionHealth], now: datetime, before: int, after: int, view: GridView) -> Row:
    """`before` and `after`: how many regions have no room to the left and to the right."""
    shown = [
        word
        for word, wanted in (
            ("faults", view.faults_only),
            ("worst first", view.worst_first),
            (" ".join(view.words), bool(view.words)),
        )
        if wanted
    ]
    cells = [cell(", ".join(shown), Tone.ACCENT)]
    for i, region in enumerate(regions):
        head = cell(f"‹{before} ", Tone.ACCENT) if before and i == 0 else Cell()
        head += cell(region.name, Tone.STRONG)
        if region.failing:
            reason = "no data" if region.oldest_at is None else f"stale {age(region.oldest_at, now)}"
            sign = ("○", Tone.FAIL) if region.blind else ("◐", Tone.WARN)
            head += cell(f" {sign[0]} {reason}", sign[1]) + cell(f": {region.reason}", Tone.MUTED)
        else:
            head += cell(" ●", Tone.PASS) if region.total else cell(" –", Tone.MUTED)
        if after and i == len(regions) - 1:
            head += cell(f" {after}›", Tone.ACCENT)
        cells.append(head)
    return Row("#regions", tuple(cells), heading=True)


def grid_rows(
    measures: Sequence[tuple[str, str, str, bool]],
    regions: Sequence[RegionHealth],
    values: Mapping[tuple[str, str | None], MeasureValue],
    series: Mapping[tuple[str, str | None], Sequence[float | None]],
    now: datetime,
    cell_width: int,
    late_after: Mapping[str, timedelta],
    view: GridView = GridView(),
    shown: range | None = None,
    troubled: Collection[tuple[str, str]] = (),
    home: str = "",
) -> list[Row]:
    """`measures`: (id, title, unit, of the whole platform) in the order to show; `shown`: which regions have room.

    Faults look at all regions. What is of the whole platform stands in the column of `home`; the others stay empty.
    """
    room = range(len(regions)) if shown is None else shown
    chosen = [regions[i] for i in room]
    rows = [heading_row(chosen, now, room.start, len(regions) - room.stop, view)]
    every = []
    for measure_id, title, unit, whole_platform in measures:
        of_all = [values.get((measure_id, region.name)) for region in regions]
        bad = [
            _badness(value, (measure_id, region.name) in troubled)
            for value, region in zip(of_all, regions, strict=True)
        ]
        worst = min(bad, default=_badness(None))
        if view.faults_only and worst > badness(Outcome.WARN):
            continue
        cells = [
            Cell()
            if whole_platform and region.name != home and _nothing(values.get((measure_id, region.name)))
            else value_cell(
                values.get((measure_id, region.name)),
                unit,
                series.get((measure_id, region.name), ()),
                now,
                cell_width,
                late_after.get(measure_id, timedelta()),
                troubled=(measure_id, region.name) in troubled,
            )
            for region in chosen
        ]
        if all(value is not None and value.outcome is Outcome.NOT_APPLICABLE for value in of_all) and view.worst_first:
            continue
        row = Row(measure_id, (_beyond(bad, regions, room) + cell(title), *cells))
        if all(any(word in one.text.lower() for one in row.cells) for word in view.words):
            every.append((worst, row))
    if view.worst_first:
        every.sort(key=lambda pair: pair[0])
    return rows + [row for _, row in every]


def _nothing(value: MeasureValue | None) -> bool:
    return value is not None and value.outcome is Outcome.NOT_APPLICABLE


def _badness(value: MeasureValue | None, troubled: bool = False) -> int:
    if value is None:
        return badness(Outcome.NOT_APPLICABLE)
    return min(badness(value.outcome), badness(Outcome.UNKNOWN)) if troubled else badness(value.outcome)


def _beyond(bad: Sequence[int], regions: Sequence[RegionHealth], room: range) -> Cell:
    """Where a row is worse in a region that has no room than in those that have."""
    worst = min(range(len(bad)), key=bad.__getitem__, default=0)
    for outcome in (Outcome.FAIL, Outcome.WARN):
        if bad and bad[worst] == badness(outcome) and all(bad[i] > bad[worst] for i in room):
            return cell(f"{symbol(outcome)} {regions[worst].name} ", tone(outcome))
    return Cell()
