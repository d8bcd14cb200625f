"""Every module of this folder with a `CHECK` is a check: nothing to register."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache

from workshop_tui import checks
from workshop_tui.checks.shared.check import Check, documented


@cache
def all_checks() -> tuple[Check, ...]:
    """In the order of their ids."""
    found = []
    for module_info in pkgutil.iter_modules(checks.__path__):
        module = importlib.import_module(f"{checks.__name__}.{module_info.name}")
        check = getattr(module, "CHECK", None)
        if isinstance(check, Check):
            found.append(replace(check, documentation=documented(module.__doc__)))
    return tuple(sorted(found, key=lambda check: check.id))
