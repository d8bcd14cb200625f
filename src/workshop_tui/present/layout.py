"""Widths of a list's columns."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.present.cell import Column

GAP = 2


def column_widths(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    """A width for each column, 0 for one that is left out; spare width goes to the flexible ones by weight."""
    shown = [column.drop_below <= width for column in columns]
    used = sum(column.width for column, show in zip(columns, shown, strict=True) if show)
    spare = width - used - GAP * max(0, sum(shown) - 1)
    weights = [column.weight if show and column.flexible else 0 for column, show in zip(columns, shown, strict=True)]
    total = sum(weights)
    widths = []
    for column, show, weight in zip(columns, shown, weights, strict=True):
        if not show:
            widths.append(0)
        elif weight:
            share = spare * weight // total
            spare -= share
            total -= weight
            widths.append(max(1, column.width + share))
        else:
            widths.append(column.width)
    return tuple(widths)
