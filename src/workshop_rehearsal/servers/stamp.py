"""Moments as the protocols write them; all in UTC."""

from __future__ import annotations

from datetime import datetime


def seconds(moment: datetime) -> str:
    """`2026-09-02T09:14:03Z`, as Kubernetes writes times."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def microseconds(moment: datetime) -> str:
    """`2026-09-02T09:14:03.123456Z`"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
