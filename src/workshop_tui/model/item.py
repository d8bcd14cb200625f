"""What people said about a checklist item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ItemStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not-needed"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class ItemState:
    """The hand-made part of an item. A sensed item with a status other than `OPEN` is overridden."""

    item_id: str
    status: ItemStatus = ItemStatus.OPEN
    reason: str = ""
    """Required for not needed, deferred and every override of a sensed item."""
    owner: str = ""
    note: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None
    revision: int = 0
