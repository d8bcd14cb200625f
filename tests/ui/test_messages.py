"""Messages to participants, read and noted as sent in the checklist room."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.driving import go_to, screen_text, until, until_text
from fakes.rooms import Stage
from workshop_tui.model.outcome import Outcome


async def test_m_shows_the_message_of_the_line_filled_in_for_this_workshop(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, "agenda")
        await pilot.press("m")
        await until_text(pilot, "Message: agenda", "not sent yet", "December workshop", "Europe/Berlin")
        await pilot.press("]")
        await until_text(pilot, "Message: announcement")
        await pilot.press("c")
        await until_text(pilot, "Copied: announcement")
        assert "December workshop" in pilot.app.clipboard


async def test_s_twice_notes_who_sent_it_and_the_line_ticks_itself(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, "announcement")
        await pilot.press("m")
        await until_text(pilot, "Message: announcement")
        await pilot.press("s")
        await until_text(pilot, "press s again")
        assert "sent by" not in screen_text(pilot)
        await pilot.press("s")
        await until_text(pilot, "sent by ana")
        await pilot.press("escape")
        await until(pilot, lambda: outcome(stage) is Outcome.PASS)


async def test_f_writes_a_new_file_and_never_over_another(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reminder.md").write_text("mine")
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, "reminder")
        await pilot.press("m")
        await until_text(pilot, "Message: reminder")
        await pilot.press("f")
        await until(pilot, (tmp_path / "reminder-2.md").exists)
        await until_text(pilot, "Written:")
    assert (tmp_path / "reminder.md").read_text() == "mine"
    assert "December workshop" in (tmp_path / "reminder-2.md").read_text()


def outcome(stage: Stage) -> Outcome | None:
    assert stage.runtime is not None
    checklist = stage.runtime.checklist
    view = checklist.view("announcement") if checklist else None
    return view.outcome if view else None
