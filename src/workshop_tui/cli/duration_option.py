"""Durations as people type them."""

from __future__ import annotations

from datetime import timedelta

import click

from workshop_tui.duration_text import read_duration


def parse_duration(text: str) -> timedelta | None:
    """`90m`, `1h30m`, `45s`; a number alone is minutes. None for anything else, and for nothing at all."""
    compact = text.lower().replace(" ", "").strip().replace("min", "m")
    return read_duration(compact + "m" if compact[-1:].isdigit() else compact) or None


class Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = parse_duration(str(value))
        if found is None:
            self.fail(f'expected a duration like 90m, 1h30m or 45s, not "{value}"', param, ctx)
        return found
