from __future__ import annotations

from datetime import UTC, datetime

NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)
"""When the tests' clock starts."""
