"""One measure in every region, in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from workshop_tui.model.attention import RegionHealth
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.number import number_text
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age
from workshop_tui.present.outcome import status_cell, tone
from workshop_tui.present.sparkline import sparkline


def measure_lines(
    measure_id: str,
    title: str,
    unit: str,
    why: str,
    regions: Sequence[RegionHealth],
    values: Mapping[tuple[str, str | None], MeasureValue],
    series: Mapping[tuple[str, str | None], Sequence[float | None]],
    now: datetime,
    width: int,
    origin: str = "",
    *,
    whole_platform: bool = False,
) -> list[Cell]:
    """`origin`: where its numbers come from."""
    lines = [cell(title, Tone.STRONG) + cell(f"  · {origin}" if origin else "", Tone.MUTED)]
    name_width = max((len(region.name) for region in regions), default=0)
    for region in regions:
        key = (measure_id, region.name)
        value = values.get(key)
        name = cell(region.name.ljust(name_width) + "  ")
        if value is not None and value.outcome is Outcome.NOT_APPLICABLE and whole_platform:
            continue
        if value is None:
            lines.append(name + cell("? waiting for the first answer", Tone.UNKNOWN))
            continue
        said = status_cell(value.outcome)
        figure = cell("  " + number_text(value.value, unit), tone(value.outcome)) if value.value is not None else Cell()
        detail = cell(f"  {value.detail}") if value.detail else Cell()
        when = cell(f"  {age(value.taken_at, now)} old", Tone.MUTED) if value.taken_at else Cell()
        lines.append(name + said + figure + detail + when)
        points = series.get(key, ())
        room = min(len(points), max(10, width - name_width - 6))
        if room > 1:
            spark = sparkline(list(points), room, ceiling=1.0 if unit == "share" else None)
            lines.append(cell(" " * (name_width + 2)) + cell(spark.lstrip(), tone(value.outcome)))
    lines.append(Cell())
    lines.append(cell("Why  ", Tone.MUTED) + cell(why))
    return lines
