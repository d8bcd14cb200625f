"""However the control room ends, it leaves nothing behind."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import psutil

from fakes.terminal import Terminal


def platform_of(terminal: Terminal) -> psutil.Process:
    """The rehearsal platform's process."""
    (platform,) = psutil.Process(terminal.process.pid).children()
    assert "platform" in platform.cmdline()
    return platform


def rehearsals(home: Path) -> list[Path]:
    return sorted((home / ".local/state/workshop-tui/rehearsal").iterdir())


def test_a_rehearsal_shows_that_it_is_one_and_leaves_nothing_behind_after_q(isolated: Path) -> None:
    with Terminal("rehearse", "--scenario", "calm") as terminal:
        terminal.until("REHEARSAL", "T-2 d")
        platform = platform_of(terminal)
        assert len(rehearsals(isolated)) == 1
        terminal.type("q")
        assert terminal.ended() == 0
        assert not platform.is_running()
        assert rehearsals(isolated) == []
        assert terminal.is_given_back
        assert terminal.last_words == ""


def test_leaving_a_rehearsal_that_still_starts_leaves_nothing_behind(isolated: Path) -> None:
    with Terminal("rehearse", "--scenario", "calm") as terminal:
        terminal.until("rooms")
        platform = platform_of(terminal)
        terminal.type("q")
        assert terminal.ended() == 0
        assert not platform.is_running()
        assert rehearsals(isolated) == []


def test_a_platform_outlives_its_killed_control_room_by_seconds_at_most() -> None:
    with Terminal("rehearse", "--scenario", "calm") as terminal:
        terminal.until("REHEARSAL")
        platform = platform_of(terminal)
        terminal.kill()
        platform.wait(timeout=8)


def test_a_rehearsal_clears_away_what_a_killed_one_left(isolated: Path) -> None:
    with Terminal("rehearse", "--scenario", "calm") as killed:
        killed.until("REHEARSAL")
        platform = platform_of(killed)
        killed.kill()
        platform.wait(timeout=8)
    (left,) = rehearsals(isolated)
    with Terminal("rehearse", "--scenario", "calm") as terminal:
        terminal.until("REHEARSAL")
        assert left not in rehearsals(isolated)
        terminal.type("q")
        assert terminal.ended() == 0
    assert rehearsals(isolated) == []


def test_a_request_to_end_gives_the_terminal_back(settings_file: Path, database: Path) -> None:
    with Terminal("--config", str(settings_file), "--db", str(database)) as terminal:
        terminal.until("T-2 d")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
        assert terminal.is_given_back
        assert terminal.last_words == ""


def test_a_request_to_end_a_rehearsal_ends_its_platform_too(isolated: Path) -> None:
    with Terminal("rehearse", "--scenario", "calm") as terminal:
        terminal.until("REHEARSAL")
        platform = platform_of(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        terminal.ended()
        platform.wait(timeout=8)
        assert rehearsals(isolated) == []
        assert terminal.is_given_back


def test_a_closed_terminal_window_ends_a_rehearsal_and_its_platform(isolated: Path) -> None:
    with Terminal("rehearse", "--scenario", "calm") as terminal:
        terminal.until("REHEARSAL")
        platform = platform_of(terminal)
        terminal.hang_up()
        terminal.ended()
        platform.wait(timeout=8)
        assert rehearsals(isolated) == []
    log = isolated / ".local/state/workshop-tui/log/workshop-tui.log"
    assert not log.exists() or "Traceback" not in log.read_text()


def test_a_request_to_end_while_the_store_fails_leaves_what_was_typed_in_a_file(
    settings_file: Path, database: Path
) -> None:
    texts = database.with_name("workshops-2.txt")
    with (
        closing(sqlite3.connect(database, isolation_level=None)) as other,
        Terminal("--config", str(settings_file), "--db", str(database)) as terminal,
    ):
        terminal.until("T-2 d")
        other.execute("BEGIN IMMEDIATE")
        terminal.type("n")
        terminal.until("saved while you type")
        terminal.type("the beamer is broken")
        terminal.until("the beamer is broken")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
        assert terminal.is_given_back
        assert f"it is in {texts}" in terminal.last_words.replace("\n", "")
    assert "the beamer is broken" in texts.read_text()
    assert texts.stat().st_mode & 0o777 == 0o600
