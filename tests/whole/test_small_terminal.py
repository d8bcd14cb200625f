"""The control room opens and is left again on whatever terminal there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fakes.terminal import Terminal

_COLOUR = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (20, 5)], ids=str)
def test_the_rooms_open_and_are_left_on_a_terminal_of_any_size(
    settings_file: Path, database: Path, size: tuple[int, int]
) -> None:
    with Terminal("--config", str(settings_file), "--db", str(database), size=size) as terminal:
        terminal.until("T-2 d")
        for room in "2451":
            terminal.type(room)
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.is_given_back
        assert terminal.last_words == ""


def test_where_no_colour_is_wanted_all_is_grey_and_said_in_words(settings_file: Path, database: Path) -> None:
    arguments = ("--config", str(settings_file), "--db", str(database))
    with Terminal(*arguments, environment={"NO_COLOR": "1"}) as terminal:
        terminal.until("Pipelines", "open")
        terminal.type("q")
        assert terminal.ended() == 0
        shades = _COLOUR.findall(bytes(terminal.output))
        assert shades
        assert [shade for shade in shades if len(set(shade)) > 1] == []


def test_a_plain_xterm_without_true_colour_shows_the_room(settings_file: Path, database: Path) -> None:
    arguments = ("--config", str(settings_file), "--db", str(database))
    with Terminal(*arguments, environment={"TERM": "xterm", "COLORTERM": None}) as terminal:
        terminal.until("Pipelines", "open")
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.is_given_back
