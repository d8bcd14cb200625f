"""The live grid: rows are measures, columns regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age
from workshop_tui.present.outcome import symbol, tone
from workshop_tui.present.sparkline import sparkline

_WIDE = 28
"""From this width of a cell on, the age always has room."""


def columns(region_count: int) -> tuple[Column, ...]:
    return (Column(18, flexible=True), *(Column(14, flexible=True, weight=2) for _ in range(region_count)))


def number(value: float | None, unit: str) -> str:
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return "?"
    if unit == "share":
        return f"{value * 100:.1f} %" if 0 < value < 0.1 else f"{value * 100:.0f} %"
    if unit == "seconds":
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    if unit == "hours":
        return f"{value / 24:.0f} d" if abs(value) >= 48 else f"{value:.1f} h"
    if unit == "per-minute":
        return f"{value:.1f}/min" if 0 < value < 10 else f"{value:.0f}/min"
    return f"{value:.0f}"


def value_cell(
    value: MeasureValue | None,
    unit: str,
    series: Sequence[float | None],
    now: datetime,
    width: int,
    late_after: timedelta,
) -> Cell:
    """Symbol, number, what it is of; age and sparkline where there is room, the age from `late_after` on always."""
    if value is None:
        return cell("? waiting", Tone.UNKNOWN)
    if value.outcome is Outcome.NOT_APPLICABLE:
        return cell(f"– {value.detail}" if width >= 24 else "–", Tone.MUTED)
    if value.value is None:
        return cell(f"? {value.detail}", Tone.UNKNOWN)
    said = cell(f"{symbol(value.outcome)} {number(value.value, unit)}", tone(value.outcome))
    old = value.taken_at is None or now - value.taken_at >= late_after
    wide = width >= _WIDE
    line_width = 10 if wide else 5 if width >= 18 else 0
    tail = Cell()
    if old or wide:
        tail += cell(f" {age(value.taken_at, now)}", Tone.WARN if old else Tone.MUTED)
    if line_width:
        spark = sparkline(series, line_width, ceiling=1.0 if unit == "share" else None)
        tail += cell(" ") + cell(spark, tone(value.outcome))
    room = width - len(said.text) - len(tail.text)
    detail = value.detail if len(value.detail) < room else f"{value.detail[: room - 2]}…" if room > 6 else ""
    if detail:
        said += cell(f" {detail}", Tone.MUTED)
    return said + cell(" " * (width - len(said.text) - len(tail.text))) + tail


def heading_row(regions: Sequence[RegionHealth], now: datetime) -> Row:
    cells = [cell("")]
    for region in regions:
        head = cell(region.name, Tone.STRONG)
        if region.failing:
            reason = "no data" if region.oldest_at is None else f"stale {age(region.oldest_at, now)}"
            sign = ("○", Tone.FAIL) if region.blind else ("◐", Tone.WARN)
            head += cell(f" {sign[0]} {reason}", sign[1]) + cell(f": {region.reason}", Tone.MUTED)
        else:
            head += cell(" ●", Tone.PASS)
        cells.append(head)
    return Row("#regions", tuple(cells), heading=True)


def grid_rows(
    measures: Sequence[tuple[str, str, str]],
    regions: Sequence[RegionHealth],
    values: Mapping[tuple[str, str | None], MeasureValue],
    series: Mapping[tuple[str, str | None], Sequence[float | None]],
    now: datetime,
    cell_width: int,
    late_after: Mapping[str, timedelta],
) -> list[Row]:
    """`measures`: (id, title, unit) in the order to show."""
    rows = [heading_row(regions, now)]
    for measure_id, title, unit in measures:
        cells = [
            value_cell(
                values.get((measure_id, region.name)),
                unit,
                series.get((measure_id, region.name), ()),
                now,
                cell_width,
                late_after.get(measure_id, timedelta()),
            )
            for region in regions
        ]
        rows.append(Row(measure_id, (cell(title), *cells)))
    return rows
