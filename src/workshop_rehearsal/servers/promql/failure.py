"""Why a query has no answer."""

from __future__ import annotations


class BadDataError(Exception):
    """It cannot be read, or uses what the rehearsal does not know: 400 `bad_data`."""


class ExecutionError(Exception):
    """It can be read, but not worked out: 422 `execution`."""
