"""The store fails in earnest while somebody types: another program holds the file, or it was taken away."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from textual.widgets import TextArea

from fakes.driving import screen_text, until, until_text
from fakes.rooms import Stage
from workshop_tui.model.item import ItemStatus
from workshop_tui.screens.dialogs.go_no_go import GoNoGo
from workshop_tui.screens.dialogs.note_editor import NoteEditor
from workshop_tui.screens.dialogs.trouble import Trouble
from workshop_tui.screens.dialogs.workshop_form import WorkshopForm
from workshop_tui.screens.room import Room
from workshop_tui.screens.workshop_list import WorkshopList
from workshop_tui.store.store import Store


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "workshops.db", busy_timeout_s=0.05)


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[sqlite3.Connection]:
    """The program may be writing just now: it must be let go on, or it would never end."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        async with asyncio.timeout(20):
            while not other.in_transaction:
                with suppress(sqlite3.OperationalError):
                    other.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(0.01)
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


def note(stage: Stage, item_id: str) -> str:
    state = stage.runtime.record.items.get(item_id)
    return state.note if state else ""


def chosen(app) -> str:
    return app.screen._items.cursor_key


async def test_a_note_is_left_while_the_store_fails_and_is_there_again_and_saved_when_it_works(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        item_id = chosen(app)
        async with locked(stage.database):
            await pilot.press("n", *"late")
            await until_text(pilot, "not saved, kept as a draft")
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, NoteEditor))
            await until_text(pilot, "The note is not saved. It is kept as a draft")
            assert note(stage, item_id) == ""
            await pilot.press("n")
            await until_text(pilot, "late")
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, NoteEditor))
        await until(
            pilot,
            lambda: app.unsaved_drafts == {},
        )
        await pilot.press("n")
        await until(pilot, lambda: note(stage, item_id) == "late")
        await pilot.press("escape")
        await until(pilot, lambda: app.text_draft(f"note.{item_id}") is None)


async def test_a_draft_of_a_note_meets_what_another_wrote_meanwhile_and_both_stay(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        item_id = chosen(app)
        async with locked(stage.database):
            await pilot.press("n", *"mine")
            await until_text(pilot, "not saved, kept as a draft")
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, NoteEditor))
        other = await Store.open(stage.database, clock=stage.clock)
        await other.items.change(1, item_id, "ben", note="his")
        await other.close()
        await until(pilot, lambda: note(stage, item_id) == "his")
        await pilot.press("n")
        await until(pilot, lambda: "mine" in note(stage, item_id) and "his" in note(stage, item_id))
        await until(pilot, lambda: "his" in app.screen.query_one(TextArea).text)
        await pilot.press(*"more")
        await until(pilot, lambda: "more" in note(stage, item_id))
        assert "his" in note(stage, item_id)


async def test_words_of_a_prompt_that_could_not_be_saved_are_there_again(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        item_id = chosen(app)
        async with locked(stage.database):
            await pilot.press("o", *"cleo", "enter")
            await until_text(pilot, "Not saved:")
            await pilot.press("o")
            await until_text(pilot, "cleo")
            await pilot.press("escape")
        await pilot.press("o", *"dora", "enter")
        await until(pilot, lambda: getattr(stage.runtime.record.items.get(item_id), "owner", "") == "dora")
        assert app.draft(f"item.{item_id}.owner") == ""


async def test_the_reason_of_a_decision_that_could_not_be_signed_is_there_again(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        async with locked(stage.database):
            await pilot.press("g", *"rain", "tab", "enter")
            await until_text(pilot, "Not signed:")
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, GoNoGo))
            await pilot.press("g")
            await until_text(pilot, "rain")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: not isinstance(app.screen, GoNoGo))
        assert app.draft("decision.reason") == ""


async def test_an_incident_that_could_not_be_opened_keeps_its_line(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        async with locked(stage.database):
            await pilot.press("i", *"p1 all down", "enter")
            await until_text(pilot, "Not saved:")
        await pilot.press("i")
        await until_text(pilot, "p1 all down")
        await pilot.press("enter")
        await until(pilot, lambda: len(stage.runtime.record.incidents) == 1)
        await until(pilot, lambda: app.draft("incident.new") == "")


async def test_sections_are_left_while_the_store_fails_and_keep_their_words(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("5")
        await until_text(pilot, "the guide's template")
        first = app.screen._section_id
        async with locked(stage.database):
            await pilot.press("e")
            await until(pilot, lambda: app.screen._text.has_focus)
            await pilot.press(*"zebra")
            await until_text(pilot, "not saved, kept as a draft")
            await pilot.press("escape", "down")
            await until(pilot, lambda: app.screen._section_id != first)
            await pilot.press("up")
            await until(pilot, lambda: "zebra" in app.screen._text.text)
        await until(pilot, lambda: "zebra" in getattr(stage.runtime.record.retrospective.get(first), "text", ""))


async def test_a_lost_database_is_told_and_all_is_saved_elsewhere_with_what_was_typed_since(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        item_id = chosen(app)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        stage.database.unlink()
        await pilot.press(*"late")
        await until_text(pilot, "not saved, kept as a draft", "was removed or renamed")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Trouble))
        await until_text(pilot, "The database is gone", "n: save all in workshops-2.db")
        await pilot.press("n")
        await until_text(pilot, "1 unsaved text")
        assert note(stage, item_id) == ""
    assert not stage.database.exists()
    copy = await Store.open(stage.database.with_name("workshops-2.db"), clock=stage.clock)
    assert await copy.drafts.all() == {f"1.note.{item_id}": "late"}
    assert [workshop.title for workshop in await copy.workshops.all()] == ["December workshop"]
    await copy.close()


async def test_texts_that_no_copy_can_take_are_written_as_text(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await stage.runtime.store.items.change(1, "a", "ana", status=ItemStatus.DONE)
        app.keep_draft("note.a", "late slides")
        with closing(sqlite3.connect(stage.database)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.truncate(stage.database, 0)
        await until(pilot, lambda: isinstance(app.screen, Trouble))
        await pilot.press("n")
        await until_text(pilot, "No copy could be made")
    assert "late slides" in stage.database.with_name("workshops-2.txt").read_text()


async def test_leaving_with_words_that_are_not_saved_asks_once(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        async with locked(stage.database):
            await pilot.press("n", *"late")
            await until_text(pilot, "not saved, kept as a draft")
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, NoteEditor))
            await pilot.press("q")
            await until_text(pilot, "Not all that was typed is on disk")
            assert app.is_running


async def test_a_new_workshop_that_could_not_be_saved_is_left_as_a_draft_and_is_there_again(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        async with locked(stage.database):
            await pilot.press("W")
            await until(pilot, lambda: isinstance(app.screen, WorkshopList))
            await pilot.press("n")
            await until(pilot, lambda: isinstance(app.screen, WorkshopForm))
            await pilot.press(*"April", "tab", *"2027-04-01 10:00", "enter")
            await until_text(pilot, "another program has locked")
            await pilot.press("escape")
            await until_text(pilot, "The workshop is not saved. What you typed is")
            assert isinstance(app.screen, WorkshopList)
            await pilot.press("n")
            await until_text(pilot, "April", "2027-04-01 10:00")
        await pilot.press("enter")
        await until(pilot, lambda: stage.runtime.workshop.title == "April")
        await until(pilot, lambda: app.unsaved_drafts == {})
        assert not any((await stage.runtime.store.drafts.all()).values())


async def test_a_changed_workshop_that_is_left_while_the_store_fails_keeps_only_what_was_typed(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        async with locked(stage.database):
            await pilot.press("W")
            await until(pilot, lambda: isinstance(app.screen, WorkshopList))
            await pilot.press("e")
            await until(pilot, lambda: isinstance(app.screen, WorkshopForm))
            await pilot.press("end", *" two")
            await until(pilot, lambda: app.drafts_wait)
            await pilot.press("escape")
            await until_text(pilot, "The workshop is not saved. What you typed is")
            assert app.draft("workshop.1") == "title: December workshop two"
            await pilot.press("escape")
        await stage.runtime.store.workshops.change(1, "ben", expected_people=77)
        await pilot.press("W")
        await until(pilot, lambda: isinstance(app.screen, WorkshopList))
        await pilot.press("e")
        await until_text(pilot, "December workshop two", "77")


async def test_a_workshop_form_that_is_left_while_the_store_works_is_forgotten(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("W")
        await until(pilot, lambda: isinstance(app.screen, WorkshopList))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, WorkshopForm))
        await pilot.press(*"April", "escape")
        await until(pilot, lambda: isinstance(app.screen, WorkshopList))
        await until(pilot, lambda: app.unsaved_drafts == {})
        assert app.draft("workshop.new") == ""


@pytest.mark.parametrize("key", ["W", "g", "h"])
async def test_what_the_store_cannot_tell_any_more_is_said_and_ends_no_room(stage: Stage, key: str) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        stage.database.unlink()
        await until(pilot, lambda: isinstance(app.screen, Trouble))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Room))
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(app.screen, Room))
        await until(pilot, lambda: "was removed or renamed" in "".join(screen_text(pilot).splitlines()[3:]))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Room))
