"""The append-only list of everything that happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JournalEntry:
    id: int
    workshop_id: int | None
    at: datetime
    by: str
    """Who: a person's name, or "workshop-tui" for what the program saw."""
    kind: str
    """e.g. `item.changed`, `incident.opened`, `decision.signed`."""
    subject: str
    """Id of what it is about."""
    before: dict[str, object] = field(default_factory=dict, hash=False)
    after: dict[str, object] = field(default_factory=dict, hash=False)
    undoes: int | None = None
    """The entry that this one undid."""
