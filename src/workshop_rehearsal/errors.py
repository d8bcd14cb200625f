"""The one error of the simulated platform that is meant for a person."""

from __future__ import annotations


class RehearsalError(Exception):
    """An option, a moment, a scenario or a file cannot be used: one line that names it and says what was expected."""
