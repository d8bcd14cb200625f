"""What holds in every room."""

from __future__ import annotations

from fakes.driving import until, until_text
from fakes.platform_state import three_regions
from fakes.rooms import Stage
from workshop_tui.app.control_room import ControlRoom
from workshop_tui.errors import StoreError, UserError
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.clock import Clock
from workshop_tui.model.item import ItemStatus
from workshop_tui.session.live import Runtime
from workshop_tui.store.store import Store


async def test_another_windows_changes_are_seen_within_a_second(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        assert stage.runtime is not None
        workshop = stage.runtime.workshop
        assert workshop is not None
        other = await Store.open(stage.database, clock=Clock(wall=lambda: stage.now))
        try:
            await other.items.change(workshop.id, "workshop-materials", "bo", status=ItemStatus.DONE)
            await until_text(pilot, "done by bo")
        finally:
            await other.close()


async def test_help_lists_the_keys_of_the_room(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 50), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("question_mark")
        await until_text(pilot, "In this room", "Mark done, or open again", "Everywhere", "The incident log")
        await pilot.press("escape")
        await until_text(pilot, "Go/No-Go")


async def test_the_palette_finds_what_the_keys_do(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 50), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("ctrl+p", *"incident log", "enter")
        await until_text(pilot, "Press i and write")


async def test_l_goes_to_what_most_needs_eyes(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "LOOK HERE")
        await pilot.press("4")
        await until_text(pilot, "Press i and write")
        await pilot.press("l")
        await until_text(pilot, "Go/No-Go", "decides itself")


async def test_without_a_workshop_it_offers_to_create_one(stage: Stage) -> None:
    async def open_empty() -> Runtime:
        store = await Store.open(stage.database, clock=stage.clock)
        runtime = Runtime(three_regions(), load_guide(None), store, stage.clock, "ana", stage.platform.assembly)
        await runtime.load()
        stage.runtime = runtime
        return runtime

    async with ControlRoom(open_empty).run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "No workshop yet: press n")
        await pilot.press("n")
        await until_text(pilot, "A new workshop")
        await pilot.press(*"January", "tab", *"2027-01-07 16:00", "enter")
        await until(pilot, lambda: stage.runtime is not None and stage.runtime.workshop is not None)
        await until_text(pilot, "January", "NO-GO")


async def test_a_workshop_in_the_past_and_a_time_that_does_not_exist_are_said(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("W")
        await until_text(pilot, "Workshops")
        await pilot.press("n", "tab", *"2020-01-01 10:00")
        await until_text(pilot, "this is in the past")


async def test_what_cannot_be_opened_is_one_line_that_says_what_to_do() -> None:
    async def refuse() -> Runtime:
        raise UserError("no settings file at /x: write one with `workshop-tui config init`")

    app = ControlRoom(refuse)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_text(pilot, "config init")
        await pilot.press("enter")
    assert app.return_code == 2


async def test_a_change_that_cannot_be_stored_is_said_and_nothing_looks_done(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        room = pilot.app.screen

        async def fail(_: object) -> None:
            raise StoreError("the disk is full: free some space and do it again")

        room.do(fail)  # type: ignore[attr-defined]
        await until_text(pilot, "Not saved: the disk is full")


async def test_the_colours_can_be_changed_to_some_that_need_no_red_and_green(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        assert pilot.app.theme == "control-room"
        assert {"daylight", "colour-blind"} <= set(pilot.app.available_themes)
