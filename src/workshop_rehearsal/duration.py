"""Durations of whole parts, as Prometheus and LiteLLM take them, read for the simulated servers alone."""

from __future__ import annotations

import re

import durationpy

_FORM = re.compile(r"(?:\d+(?:ms|[smhdwy]))+", re.ASCII)
"""durationpy also passes over what stands between the parts, and takes fractions and months."""


def duration_s(text: str) -> float:
    """`5m`, `1h30m`, `14d`. Raises `ValueError` for anything else and for what is out of reach."""
    if _FORM.fullmatch(text) is None:
        raise ValueError(f'not a valid duration string: "{text}"')
    return float(durationpy.from_str(text).total_seconds())
