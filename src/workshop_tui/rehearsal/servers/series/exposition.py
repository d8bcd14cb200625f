"""Samples as targets expose them."""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.rehearsal.servers.promql.store import Labels
from workshop_tui.rehearsal.world.histogram import Histogram

Exposed = tuple[str, Labels, float]
"""Name, labels and value."""


def labelled(*more: Labels, **labels: str) -> Labels:
    """All of them, in the order of their names."""
    return tuple(sorted([*labels.items(), *(pair for pairs in more for pair in pairs)]))


def histogram(name: str, labels: Labels, found: Histogram) -> Iterator[Exposed]:
    count = 0
    for bound, count in found.cumulative():
        yield f"{name}_bucket", labelled(labels, le=bound), count
    yield f"{name}_sum", labels, found.total
    yield f"{name}_count", labels, count
