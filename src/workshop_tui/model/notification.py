"""How a new alert may ask for eyes beside the screen."""

from __future__ import annotations

from enum import StrEnum


class Notification(StrEnum):
    BELL = "bell"
    """The terminal's own."""
    DESKTOP = "desktop"
    """Asked of the terminal (OSC 9), so that it also works over ssh and inside tmux."""
