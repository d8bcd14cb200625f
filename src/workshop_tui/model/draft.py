"""A text that is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass

BASE = ".base"
"""Ends the place of what a draft began from."""


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    base: str
    """What the text began from: a note, or the revision of a section."""
