"""Columns of printed lists, aligned by what a terminal shows: a name in Chinese or an emoji takes two cells a sign."""

from __future__ import annotations


def padded(text: str, cells: int) -> str:
    """The text, filled up with spaces to `cells` terminal cells; one that is longer stays whole."""
    from rich.cells import cell_len  # noqa: PLC0415  # 17 ms

    return text + " " * (cells - cell_len(text))
