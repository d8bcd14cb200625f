"""The first minute, with an empty home."""

from __future__ import annotations

from pathlib import Path

from fakes.terminal import Terminal


def settings_of(home: Path) -> Path:
    return home / ".config/workshop-tui/settings.toml"


def test_without_settings_a_rehearsal_a_set_up_and_the_way_out_are_offered_and_nothing_is_written_yet(
    isolated: Path,
) -> None:
    with Terminal() as terminal:
        terminal.until("There is no settings file yet", "Rehearse a workshop", "Set up", "Leave")
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.is_given_back
        assert terminal.last_words == ""
    assert not settings_of(isolated).exists()


def test_s_writes_the_settings_file_and_says_what_comes_next(isolated: Path) -> None:
    with Terminal() as terminal:
        terminal.until("Set up")
        terminal.type("s")
        assert terminal.ended() == 0
        assert terminal.is_given_back
        assert f"Wrote {settings_of(isolated)}" in terminal.last_words.replace("\n", "")
        assert "workshop-tui config check" in terminal.last_words.replace("\n", "")
    assert "[[region]]" in settings_of(isolated).read_text()


def test_r_opens_a_rehearsal_at_once(isolated: Path) -> None:
    with Terminal() as terminal:
        terminal.until("Rehearse a workshop")
        terminal.type("r")
        terminal.until("REHEARSAL", "T-2 d")
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.is_given_back
    assert not settings_of(isolated).exists()
