"""Kubernetes quantities: `200Gi`, `500m`, `1e3`."""

from __future__ import annotations

import re
from functools import lru_cache

_SUFFIXES = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
    "Ei": 2**60,
}
LARGEST = 2**63 - 1
"""What is larger cannot be kept, and no cluster has it."""
_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+(?!\w))?)([numkMGTPE]?|[KMGTPE]i)", re.ASCII)


@lru_cache(maxsize=4096)  # thousands of pods ask for the same few amounts
def parse_quantity(value: str | float | None) -> float | None:
    """In the base unit: cores, bytes. None for nothing, for what is no quantity and for what nothing can have."""
    if value is None:
        return None
    found = _FORM.fullmatch(str(value).strip())
    if found is None:
        return None
    number = float(found.group(1)) * _SUFFIXES[found.group(2)]
    return number if abs(number) < LARGEST else None  # never true of NaN


def parse_bytes(value: str | float | None) -> int | None:
    number = parse_quantity(value)
    return None if number is None else int(number)
