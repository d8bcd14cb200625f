"""The capacity plan, opened from the checklist room."""

from __future__ import annotations

from fakes.driving import until_text
from fakes.rooms import Stage
from workshop_tui.model.registration import ExpectedAttendance
from workshop_tui.session.live import Runtime


async def test_p_shows_what_the_expected_people_need_and_escape_leaves(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("p")
        await until_text(pilot, "Capacity for", "12 (entered with the workshop", "8 by the table's", "2 (8 + 4)")
        await until_text(pilot, "the largest limits of 9 running workspaces", "No earlier workshop was recorded")
        await pilot.press("escape")
        await until_text(pilot, "Infrastructure validation")


async def test_p_plans_for_the_load_that_was_kept(stage: Stage) -> None:
    async def keep(runtime: Runtime) -> None:
        assert runtime.workshop is not None
        load = ExpectedAttendance(30, 15, 20, 25, "20 of 30 came to 1 earlier workshop")
        await runtime.store.expected_loads.keep(runtime.workshop.id, load, "ana")

    stage.prepare = keep
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("p")
        await until_text(pilot, "20 (30 registered", "12 by the table's")
