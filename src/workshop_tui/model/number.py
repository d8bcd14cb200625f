"""Numbers with their units, as people read them."""

from __future__ import annotations


def number_text(value: float | None, unit: str) -> str:
    """`unit` as measures name it: `share` of 0..1, `seconds`, `hours`, `per-minute`, else a count. "?" for unknown."""
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return "?"
    if unit == "share":
        return f"{value * 100:.1f} %" if 0 < value < 0.1 else f"{value * 100:.0f} %"
    if unit == "seconds":
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    if unit == "hours":
        return f"{value / 24:.0f} d" if abs(value) >= 48 else f"{value:.1f} h"
    if unit == "per-minute":
        return f"{value:.1f}/min" if 0 < value < 10 else f"{value:.0f}/min"
    return f"{value:.0f}"


def size(value: float | None) -> str:
    """Bytes in GiB or MiB."""
    if value is None:
        return "?"
    gib = value / 2**30
    if gib >= 10 or not value:
        return f"{gib:.0f} GiB"
    return f"{gib:.1f} GiB" if gib >= 1 else f"{value / 2**20:.0f} MiB"
