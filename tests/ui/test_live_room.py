"""Room 2, on a real store with scripted sources."""

from __future__ import annotations

from datetime import timedelta

from fakes.driving import screen_text, until, until_text
from fakes.rooms import Stage


async def test_the_five_key_metrics_stand_region_by_region(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "ohio ●", "oregon ●", "london ●", "41 %", "38 %", "44 %", "100 %")


async def test_a_broken_route_shows_in_its_region_and_in_the_strip(stage: Stage) -> None:
    stage.starts_in = timedelta(minutes=-15)
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "100 %")
        stage.platform.broken_routes = {"london"}
        await until_text(pilot, "✗ 50 %", "LOOK HERE")


async def test_a_region_that_falls_silent_is_marked_with_its_reason_and_never_green(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "london ●")
        stage.platform.silent_regions = {"london"}
        await until_text(pilot, "london ○")
        await until_text(pilot, "no answer in 5 s")


async def test_numbers_that_grew_too_old_become_unknown(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "44 %")
        stage.platform.silent_regions = {"london"}
        await until_text(pilot, "london ○")
        stage.now += timedelta(minutes=10)
        await until(pilot, lambda: "44 %" not in screen_text(pilot), within_s=15)


async def test_last_known_numbers_are_there_before_the_first_answer(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("2")
        await until_text(pilot, "41 %")
        await until(pilot, lambda: stage.runtime is not None and bool(stage.runtime.observation))
        await pilot.press("1")
    stage.platform.silent_regions = {"ohio", "oregon", "london"}
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        assert stage.runtime is not None
        assert stage.runtime.observation is not None
        await until(pilot, lambda: bool(stage.runtime.observation.values))  # type: ignore[union-attr]


async def test_the_sources_are_listed_with_their_age(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 60), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "Sources", "gateway key", "node storage")
