"""What the settings name, and whether it is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    setting: str
    """The key that names it, e.g. `namespaces.workspaces`; of a region without the region."""
    named: str
    """What it names."""
    there: bool | None
    """None: cannot be looked at."""
    said: str = ""
    """What is wrong, or why it cannot be looked at."""
