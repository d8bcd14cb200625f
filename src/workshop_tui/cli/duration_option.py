"""Durations as people type them."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "": 60}


def parse_duration(text: str) -> timedelta | None:
    """`90m`, `1h30m`, `45s`; a number alone is minutes. None for anything else, and for nothing at all."""
    compact = text.strip().lower().replace(" ", "")
    parts = list(_PART.finditer(compact))
    if not parts or "".join(part.group(0) for part in parts) != compact:
        return None
    if any(part.group(2) not in _SECONDS for part in parts):
        return None
    total_s = sum(float(part.group(1)) * _SECONDS[part.group(2)] for part in parts)
    return timedelta(seconds=total_s) if total_s > 0 else None


class Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = parse_duration(str(value))
        if found is None:
            self.fail(f'expected a duration like 90m, 1h30m or 45s, not "{value}"', param, ctx)
        return found
