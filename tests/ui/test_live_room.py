"""Room 2, on a real store with scripted sources."""

from __future__ import annotations

from datetime import timedelta

from textual.pilot import Pilot

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
    async with stage.app().run_test(size=(160, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "london ●")
        stage.platform.silent_regions = {"london"}
        await until_text(pilot, "london ○")
        await until_text(pilot, "no answer", "? 44 %")


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
    async with stage.app().run_test(size=(160, 60), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("2")
        await until_text(pilot, "Sources", "gateway key", "node storage")


async def opened(stage: Stage, pilot: Pilot[None]) -> None:
    await until_text(pilot, "December wo")
    await pilot.press("2")
    await until_text(pilot, "ohio ●", "41 %")


async def test_enter_goes_from_a_region_to_its_nodes_to_their_workspaces_to_one_and_esc_goes_back(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await pilot.press("right", "enter")
        await until_text(pilot, "oregon · 3 nodes · 2 workspaces", "Storage used", "38 %")
        await pilot.press("enter")
        await until_text(pilot, "Person", "ana", "bo")
        await pilot.press("enter")
        await until_text(pilot, "ana / goose", "Events of its pod")
        await pilot.press("escape", "escape", "escape")
        await until_text(pilot, "Storage, fullest")


async def test_w_shows_everybody_of_the_region_and_a_filter_takes_one(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24), notifications=True) as pilot:
        await opened(stage, pilot)
        await pilot.press("w")
        await until_text(pilot, "ohio · 4 workspaces", "cleo", "dan")
        await pilot.press("slash", *"cle")
        await until(pilot, lambda: "dan" not in screen_text(pilot))
        assert "cleo" in screen_text(pilot)
        await pilot.press("escape")
        await until_text(pilot, "dan")
        await pilot.press("slash", *"zoe", "enter")
        await until_text(pilot, 'No row holds "zoe": esc shows all.')
        await pilot.press("escape")
        await until_text(pilot, "ohio · 4 workspaces", "dan")


async def test_f_leaves_only_the_faults_and_f_again_brings_all_back(stage: Stage) -> None:
    stage.starts_in = timedelta(minutes=-15)
    stage.platform.broken_routes = {"london"}
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await until_text(pilot, "✗ 50 %")
        await pilot.press("f")
        await until(pilot, lambda: "Image pull" not in screen_text(pilot))
        assert "Routes" in screen_text(pilot)
        await pilot.press("f")
        await until_text(pilot, "Image pull")


async def test_the_low_screen_shows_the_worst_rows_first(stage: Stage) -> None:
    stage.starts_in = timedelta(minutes=-15)
    stage.platform.broken_routes = {"london"}
    async with stage.app().run_test(size=(80, 24), notifications=True) as pilot:
        await opened(stage, pilot)
        await until_text(pilot, "worst first", "✗ 50 %")
        rows = [line for line in screen_text(pilot).splitlines() if "Routes" in line or "Workspaces ready" in line]
        assert "Routes" in rows[0]


async def test_an_alert_is_acknowledged_with_a_word_and_opens_an_incident_filled_in(stage: Stage) -> None:
    stage.starts_in = timedelta(minutes=-15)
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await until_text(pilot, "No alert.")
        stage.platform.storage_shares["ohio"] = 0.91
        await until_text(pilot, "✗ ohio: Storage, fullest 91 %")
        await pilot.press("a")
        await until_text(pilot, "Acknowledge “ohio: Storage, fullest”")
        await pilot.press(*"mine", "enter")
        await until_text(pilot, "acknowledged", "ana: mine")
        await pilot.press("i")
        await until_text(pilot, "New incident", "what people see")
        await pilot.press("escape")
        await pilot.press("tab", "enter")
        await until_text(pilot, "4 of 4 people", "Runbook  Workspaces restart", "enter shows its cell")
        await pilot.press("enter")
        await pilot.press("i")
        await until_text(pilot, "p1 ohio: Storage, fullest 91 %", "runbook case come along")
        await pilot.press("enter")
        await until(pilot, lambda: bool(stage.runtime and stage.runtime.record and stage.runtime.record.incidents))
        await pilot.press("4")
        await until_text(pilot, "P1 ohio: Storage, fullest 91 %", "Runbook  Workspaces restart")


async def test_h_draws_the_cell_over_the_session(stage: Stage) -> None:
    stage.starts_in = timedelta(minutes=-15)
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await pilot.press("down", "h")
        await until_text(pilot, "minutes since the start", "Introduction +0", "esc leaves")
        await pilot.press("escape")
        await until(pilot, lambda: "minutes since the start" not in screen_text(pilot))


async def test_l_leads_to_the_region_that_is_meant_also_from_its_nodes_and_past_a_filter(stage: Stage) -> None:
    stage.starts_in = timedelta(minutes=-15)
    stage.platform.broken_routes = {"london"}
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await until_text(pilot, "LOOK HERE  ✗ london: Routes")
        await pilot.press("slash", *"nothing-like-this", "enter")
        await until_text(pilot, 'No row holds "nothing-like-this": esc shows all.')
        await pilot.press("w")
        await until_text(pilot, "ohio · 4 workspaces")
        await pilot.press("l")
        await until_text(pilot, "Storage, fullest", "✗ 50 %")
        await pilot.press("enter")
        await until_text(pilot, "london · 3 nodes")


async def test_the_rooms_number_leads_back_from_what_was_opened_in_it(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await pilot.press("enter")
        await until_text(pilot, "ohio · 3 nodes")
        await pilot.press("enter")
        await until_text(pilot, "Person")
        await pilot.press("1")
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("2")
        await until_text(pilot, "Person")
        await pilot.press("2")
        await until_text(pilot, "Storage, fullest")


async def test_esc_shows_all_rows_again(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot)
        await pilot.press("f")
        await until_text(pilot, "No fault: esc shows all rows.")
        await pilot.press("escape")
        await until_text(pilot, "Image pull")


async def test_the_help_names_how_to_reach_the_nodes_the_regions_and_the_alerts(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 50), notifications=True) as pilot:
        await opened(stage, pilot)
        await until_text(pilot, "⏎ nodes")
        await pilot.press("question_mark")
        await until_text(pilot, "The region to the right", "To the alerts and back", "The nodes of the chosen region")
