"""Durations as programs write them: Kubernetes, Karpenter and Coder as Go does, LiteLLM and Prometheus with days."""

from __future__ import annotations

import re
from datetime import timedelta

import durationpy

_FORM = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|[µμ]s|ms|[smhdw]))+", re.ASCII)
"""durationpy also passes over what stands between the parts, and takes months and years, which vary."""

_TOO_LONG = timedelta(days=36_500)


def read_duration(text: str) -> timedelta | None:
    """`1m2.345s`, `850ms`, `1h30m`, `30d`, to the microsecond; None for anything else.

    None also for a hundred years and more, so that it can be added to the time of anything that goes on now.
    """
    if _FORM.fullmatch(text) is None:
        return None
    try:
        found: timedelta = durationpy.from_str(text)
    except durationpy.DurationError:
        return None
    return found if found < _TOO_LONG else None
