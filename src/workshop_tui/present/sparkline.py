"""A series as a line of blocks."""

from __future__ import annotations

from collections.abc import Iterable

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Iterable[float | None], width: int, *, ceiling: float | None = None) -> str:
    """The newest `width` values, oldest left; a gap is a blank. With a ceiling, heights compare between regions."""
    shown = list(values)[-width:] if width > 0 else []
    known = [value for value in shown if value is not None]
    top = ceiling if ceiling is not None else max(known, default=0)
    bottom = 0.0 if ceiling is not None else min([0.0, *known])
    span = top - bottom

    def block(value: float | None) -> str:
        if value is None:
            return " "
        share = (value - bottom) / span if span > 0 else 0
        return _BLOCKS[min(len(_BLOCKS) - 1, max(0, int(share * len(_BLOCKS))))]

    return "".join(block(value) for value in shown).rjust(width)
