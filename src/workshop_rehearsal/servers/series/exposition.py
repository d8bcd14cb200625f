"""Samples as targets expose them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from workshop_rehearsal.servers.promql.labels import Labels, labelled
from workshop_rehearsal.world.histogram import Histogram

Exposed = tuple[str, Labels, float]
"""Name, labels and value."""


@lru_cache(maxsize=50_000)
def _bucket_labels(labels: Labels, bounds: tuple[str, ...]) -> tuple[Labels, ...]:
    return tuple(labelled(labels, le=bound) for bound in bounds)


def histogram(name: str, labels: Labels, found: Histogram) -> Iterator[Exposed]:
    count = 0
    bucket = f"{name}_bucket"
    for its_labels, count in zip(_bucket_labels(labels, found.bound_texts), found.cumulative(), strict=True):
        yield bucket, its_labels, count
    yield f"{name}_sum", labels, found.total
    yield f"{name}_count", labels, count
