"""The retrospective's text, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RetrospectiveText:
    """What people wrote in one section."""

    section_id: str
    text: str
    revision: int
    changed_by: str = ""
    changed_at: datetime | None = None
