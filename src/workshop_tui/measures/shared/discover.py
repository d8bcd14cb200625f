"""Every module of this folder with a `MEASURE` is a measure: nothing to register."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from workshop_tui import measures
from workshop_tui.measures.shared.measure import Measure

IN_GRID = (
    "concurrent-workspaces",
    "node-storage",
    "restart-failure-rate",
    "image-pull-p95",
    "routing-success",
    "image-pull-p50",
    "builds-queued",
    "builds-running",
    "builds-failed",
    "build-wait-p95",
    "build-time-p50",
    "provisioners-busy",
    "agents-connected",
    "agents-connecting",
    "agents-lost",
    "scripts-failed",
    "start-time-p50",
    "start-time-p95",
    "evictions",
    "oom-kills",
    "disk-pressure",
    "pending-pods",
    "node-claims",
    "cpu-requested",
    "cpu-used",
    "memory-requested",
    "memory-used",
    "started-again",
    "gateway-latency",
    "gateway-refusals",
    "gateway-key-clock",
    "certificate-clock",
    "api-latency",
    "sign-in-failures",
)
"""The grid's rows from the top, by id; a measure that is not named here comes after them."""


@cache
def all_measures() -> tuple[Measure, ...]:
    """In the order of the grid."""
    found = []
    for module_info in pkgutil.iter_modules(measures.__path__):
        module = importlib.import_module(f"{measures.__name__}.{module_info.name}")
        if isinstance(measure := getattr(module, "MEASURE", None), Measure):
            found.append(measure)
    places = {measure_id: place for place, measure_id in enumerate(IN_GRID)}
    return tuple(sorted(found, key=lambda measure: (places.get(measure.id, len(places)), measure.id)))
