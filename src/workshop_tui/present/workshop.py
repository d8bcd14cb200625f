"""Workshops as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workshop_tui.model.workshop import Workshop
from workshop_tui.present.cell import Column, Row, Tone, cell
from workshop_tui.present.duration import local_time, until

COLUMNS = (
    Column(1),
    Column(20, flexible=True),
    Column(22),
    Column(10),
    Column(10, right=True, drop_below=76),
)


def workshop_rows(workshops: Sequence[Workshop], current_id: int | None, now: datetime) -> list[Row]:
    """Newest first; the one that the rooms show is marked."""
    return [
        Row(
            str(workshop.id),
            (
                cell("▸" if workshop.id == current_id else "", Tone.ACCENT),
                cell(workshop.title),
                cell(local_time(workshop.starts_at, workshop.timezone, "%a %-d %b %Y %H:%M")),
                cell(until(workshop.starts_at, now), Tone.MUTED),
                cell(f"{workshop.expected_people} people", Tone.MUTED),
            ),
        )
        for workshop in sorted(workshops, key=lambda workshop: workshop.starts_at, reverse=True)
    ]
