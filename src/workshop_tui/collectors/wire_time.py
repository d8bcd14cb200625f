"""Times as the wire writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=4096)  # what starts together says the same second
def parse_time(text: str | None) -> datetime | None:
    """RFC 3339, nanoseconds cut; without a zone it is UTC. None for nothing, for nonsense and for Go's year 1."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_shortened(text.strip()))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return None if moment.year <= 1 else moment


def _shortened(text: str) -> str:
    """Python reads at most six digits behind the second."""
    head, dot, tail = text.partition(".")
    if not dot:
        return text
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[: min(digits, 6)]}{tail[digits:]}"
