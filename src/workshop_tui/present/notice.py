"""A new alert, as a terminal is asked to show it outside of itself."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.model.alert import Alert
from workshop_tui.present.outcome import symbol
from workshop_tui.printable import printable
from workshop_tui.redaction import mask

_MOST = 160


def notice_text(alerts: Sequence[Alert]) -> str:
    """One line: the first of them, with its people counted but not named, and how many more."""
    alert = alerts[0]
    where = f"{alert.key.region}: " if alert.key.region else ""
    people = f", {len(alert.people)} people" if len(alert.people) > 1 else ", 1 person" if alert.people else ""
    more = f", and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    return f"{symbol(alert.outcome)} {where}{alert.title} {alert.message.partition(' · ')[0]}{people}{more}"


def desktop_notice(text: str, *, inside_tmux: bool) -> str:
    """OSC 9, which travels with the terminal's own output: over ssh, and through tmux with `allow-passthrough on`.

    A terminal that does not know it shows nothing.
    """
    plain = mask(printable(text))
    # the words in front: a text that began with a digit would be one of ConEmu's commands
    sequence = f"\x1b]9;workshop-tui: {plain[:_MOST]}\x07"
    return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\" if inside_tmux else sequence
