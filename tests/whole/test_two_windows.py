"""Two control rooms on one database file."""

from __future__ import annotations

import time
from pathlib import Path

from fakes.terminal import Terminal

_WITHIN_S = 2.5
"""A window looks every 0.4 s; a busy machine is slower."""


def test_what_is_done_in_one_window_shows_in_the_other_within_about_a_second(
    settings_file: Path, database: Path
) -> None:
    arguments = ("--config", str(settings_file), "--db", str(database))
    with Terminal(*arguments) as one, Terminal(*arguments) as other:
        for terminal in (one, other):
            terminal.until("T-2 d", "T-7 d ! 0/3")
        typed_s = one.type("x")
        one.until("T-7 d ! 1/3")
        other.until("T-7 d ! 1/3")
        assert time.monotonic() - typed_s < _WITHIN_S
        for terminal in (one, other):
            terminal.type("4")
            terminal.until("No incident.")
        one.type("i")
        one.until("New incident")
        one.type("p1 london is slow")
        one.until("P1", "london is slow")
        typed_s = one.type("\r")
        other.until("london is slow")
        assert time.monotonic() - typed_s < _WITHIN_S
        for terminal in (one, other):
            terminal.type("q")
            assert terminal.ended() == 0
