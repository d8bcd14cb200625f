"""How large and how fast a simulated platform may be."""

from __future__ import annotations

MOST_PEOPLE = 20_000
MOST_NODES = 2_000
"""Of one region."""
