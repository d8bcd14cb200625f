"""Room 5, on a real store."""

from __future__ import annotations

from dataclasses import replace

from textual.pilot import Pilot
from textual.widgets import TextArea

from fakes.driving import until, until_text
from fakes.rooms import Stage
from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store


async def write(pilot: Pilot[None], words: str) -> None:
    """At the end of the open section, key by key."""
    await pilot.press("e")
    text = pilot.app.screen.query_one(TextArea)
    text.move_cursor(text.document.end)
    await pilot.press("enter", *words)


async def test_words_are_saved_while_they_are_typed_and_are_there_after_a_restart(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("5")
        await until_text(pilot, "the guide's template")
        await write(pilot, "people liked it")
        await until_text(pilot, "saved")
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("5")
        await until_text(pilot, "written by ana")
        assert "people liked it" in pilot.app.screen.query_one(TextArea).text


async def test_facts_stand_filled_in_beside_the_text(stage: Stage) -> None:
    async with stage.app().run_test(size=(140, 60), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("5")
        await until_text(pilot, "75 min")


async def test_moving_to_another_section_saves_the_first(stage: Stage) -> None:
    stage.pace = replace(stage.pace, autosave_s=3600, autosave_latest_s=3600)  # what saves it is the move alone
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("5")
        await until_text(pilot, "the guide's template")
        await write(pilot, "first")
        await pilot.press("escape", "down")
        assert stage.runtime is not None
        assert stage.runtime.record is not None
        await until(pilot, lambda: len(stage.runtime.record.retrospective) == 1)  # type: ignore[union-attr]
        await pilot.press("up")
        await until(pilot, lambda: pilot.app.screen.query_one(TextArea).text.endswith("first"))


async def test_two_windows_that_write_in_one_section_lose_neither(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("5")
        await until_text(pilot, "the guide's template")
        await write(pilot, "from ana")
        await until_text(pilot, "saved")
        assert stage.runtime is not None
        record = stage.runtime.record
        assert record is not None
        (section,) = record.retrospective
        other = await Store.open(stage.database, clock=Clock(wall=lambda: stage.now))
        try:
            theirs = (await other.retrospectives.load(record.workshop.id))[section]
            await other.retrospectives.save(
                record.workshop.id, section, "from bo\n" + theirs.text, theirs.revision, "bo"
            )
        finally:
            await other.close()
        text = pilot.app.screen.query_one(TextArea)
        await until(pilot, lambda: "from bo" in text.text and "from ana" in text.text)
