"""Every module of this folder with a `MEASURE` is a measure: nothing to register."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from workshop_tui import measures
from workshop_tui.measures.measure import Measure


@cache
def all_measures() -> tuple[Measure, ...]:
    """In the order of the grid."""
    found = []
    for module_info in pkgutil.iter_modules(measures.__path__):
        module = importlib.import_module(f"{measures.__name__}.{module_info.name}")
        if isinstance(measure := getattr(module, "MEASURE", None), Measure):
            found.append(measure)
    return tuple(sorted(found, key=lambda measure: (measure.order, measure.id)))
