"""The sources as lines: what they hold, how old it is, why it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age


def source_lines(
    expected: Iterable[tuple[SourceKey, str, timedelta]],
    readings: Mapping[SourceKey, Reading],
    now: datetime,
) -> list[Cell]:
    """`expected`: each configured source with its title and the age from which it is too old. Troubled ones first."""
    lines: list[tuple[int, Cell]] = []
    for key, title, limit in expected:
        reading = readings.get(key)
        name = cell(f"{title:<18}") + cell(f"{key.region or '':<10}", Tone.MUTED)
        taken_at = reading.taken_at if reading else None
        if reading is None or (taken_at is None and reading.error is None):
            lines.append((1, cell("  ? ", Tone.UNKNOWN) + name + cell("waiting for the first answer", Tone.UNKNOWN)))
        elif reading.error is not None:
            last = f", last answer {age(taken_at, now)} ago" if taken_at else ", never answered"
            said = f"{reading.error.kind}: {reading.error.message}{last}"
            lines.append((0, cell("  ✗ ", Tone.FAIL) + name + cell(said, Tone.FAIL)))
        elif taken_at is not None and now - taken_at > limit:
            lines.append(
                (0, cell("  ? ", Tone.UNKNOWN) + name + cell(f"silent for {age(taken_at, now)}", Tone.UNKNOWN))
            )
        else:
            lines.append((2, cell("  ● ", Tone.PASS) + name + cell(f"{age(taken_at, now)} old", Tone.MUTED)))
    lines.sort(key=lambda line: line[0])
    return [cell("Sources", Tone.STRONG), *(line for _, line in lines)]
