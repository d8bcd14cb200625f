"""What one may set of the session itself: who is told, and how."""

from __future__ import annotations

from enum import StrEnum

from workshop_tui.settings_section import Section


class Notification(StrEnum):
    BELL = "bell"
    """The terminal's own."""
    DESKTOP = "desktop"
    """Asked of the terminal (OSC 9), so that it also works over ssh and inside tmux."""


class Live(Section):
    notify: tuple[Notification, ...] = ()
    """How a new alert asks for eyes, beside the strip; default: not at all."""
