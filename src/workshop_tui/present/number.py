"""A size as people read it."""

from __future__ import annotations


def size(value: float | None) -> str:
    """Bytes in GiB or MiB."""
    if value is None:
        return "?"
    gib = value / 2**30
    return f"{gib:.0f} GiB" if gib >= 10 else f"{gib:.1f} GiB" if gib >= 1 else f"{value / 2**20:.0f} MiB"
