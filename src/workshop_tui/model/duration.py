"""A duration in a word or two."""

from __future__ import annotations

from datetime import timedelta


def short(duration: timedelta) -> str:
    """Two columns of meaning at most: `8 s`, `2 min`, `3 h`, `23 d`. Negative reads as its absolute value."""
    seconds = abs(duration.total_seconds())
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"
