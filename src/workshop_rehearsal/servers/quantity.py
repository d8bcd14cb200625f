"""Amounts as Kubernetes writes them."""

from __future__ import annotations

import re

_BINARY = (("Gi", 1024**3), ("Mi", 1024**2), ("Ki", 1024))
_UNITS = {"": 1.0, "m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, **dict(_BINARY), "Ti": 1024.0**4}
_FORM = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")


def cores(millicores: int) -> str:
    """`4`, `500m`"""
    return f"{millicores}m" if millicores % 1000 else str(millicores // 1000)


def whole_bytes(count: int) -> str:
    """`8Gi`, `512Mi`, or plain digits."""
    for suffix, unit in _BINARY:
        if count and count % unit == 0:
            return f"{count // unit}{suffix}"
    return str(count)


def read_millicores(text: object) -> int:
    """Raises `ValueError`."""
    return round(_read(text) * 1000)


def read_bytes(text: object) -> int:
    """Raises `ValueError`."""
    return round(_read(text))


def _read(text: object) -> float:
    match = _FORM.fullmatch(str(text))
    if match is None:
        raise ValueError(f'quantities must match the regular expression {_FORM.pattern}: "{text}"')
    return float(match[1]) * _UNITS[match[2] or ""]
