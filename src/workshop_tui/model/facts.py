"""What a check or a measure may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop

Items = TypeVar("Items")


@dataclass(frozen=True, slots=True)
class Facts:
    """The latest usable readings; the engine leaves out what is missing, failed or too old."""

    now: datetime
    workshop: Workshop | None
    readings: Mapping[SourceKey, Reading] = field(default_factory=dict)
    records: Records | None = None
    """What the program did or imported for the workshop; None where it was not read."""
    cue: str = ""
    """Id of the cue of the run of show that is on now; empty before the workshop and after it."""
    storage_slopes: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(region, node) -> bytes a second by which its storage filled over the last ten minutes; only nodes that fill."""

    missing: Mapping[SourceKey, tuple[Outcome, str]] = field(default_factory=dict)
    """Of what a measure can do without: whether its source is unknown or not applicable, and why."""

    def get(self, kind: SourceKind[Items], region: str | None = None) -> Items | None:
        reading = self.readings.get(SourceKey(kind.name, region))
        return None if reading is None else cast("Items | None", reading.items)

    def by_region(self, kind: SourceKind[Items]) -> dict[str, Items]:
        """Region name -> items, only for the regions that can be judged."""
        return {
            key.region: cast("Items", reading.items)
            for key, reading in self.readings.items()
            if key.kind == kind.name and key.region is not None and reading.items is not None
        }

    def taken_at(self, kind: SourceKind[Items], region: str | None = None) -> datetime | None:
        reading = self.readings.get(SourceKey(kind.name, region))
        return None if reading is None else reading.taken_at
