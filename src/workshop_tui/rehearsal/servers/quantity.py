"""Amounts as Kubernetes writes them."""

from __future__ import annotations

_BINARY = (("Gi", 1024**3), ("Mi", 1024**2), ("Ki", 1024))


def cores(millicores: int) -> str:
    """`4`, `500m`"""
    return f"{millicores}m" if millicores % 1000 else str(millicores // 1000)


def whole_bytes(count: int) -> str:
    """`8Gi`, `512Mi`, or plain digits."""
    for suffix, unit in _BINARY:
        if count and count % unit == 0:
            return f"{count // unit}{suffix}"
    return str(count)
