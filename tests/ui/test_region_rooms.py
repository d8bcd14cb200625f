"""Below the live room: nodes, workspaces and one workspace, on a real store with scripted sources."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from fakes.driving import screen_text, until, until_text
from fakes.rooms import Stage
from workshop_tui.screens.live import LiveRoom
from workshop_tui.screens.nodes import NodesRoom

SILENT = timedelta(minutes=10)


async def opened(stage: Stage, pilot: Pilot[None], *keys: str) -> None:
    await until_text(pilot, "December wo")
    await pilot.press("2")
    await until_text(pilot, "ohio ●", "41 %")
    await pilot.press(*keys)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_nodes_of_a_region_that_fell_silent_are_not_green_and_what_is_shown_stays_told(
    stage: Stage, size: tuple[int, int]
) -> None:
    async with stage.app().run_test(size=size, notifications=True) as pilot:
        await opened(stage, pilot, "right", "right", "enter")
        await until_text(pilot, "london · 3 nodes · 3 workspaces", "✓ london-node-1")
        stage.platform.silent_regions = {"london"}
        stage.now += SILENT
        await until_text(pilot, "london · 3 nodes · 3 workspaces · ? ", "no answer", "? london-node-1", "44 %")
        rows = [line for line in screen_text(pilot).splitlines() if "london-node" in line]
        assert len(rows) == 3
        assert not any("✓" in row for row in rows)


async def test_workspaces_of_a_region_that_fell_silent_are_not_green(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot, "right", "right", "w")
        await until_text(pilot, "london · 3 workspaces", "✓ ready")
        stage.platform.silent_regions = {"london"}
        stage.now += SILENT
        await until_text(pilot, "london · 3 workspaces · ? ", "? ready")
        assert "✓ ready" not in screen_text(pilot)
        await pilot.press("enter")
        await until_text(pilot, "? ready  nodes, node storage, pods: no answer")


async def test_one_workspace_that_goes_away_while_it_is_looked_at_says_so(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot, "w")
        await until_text(pilot, "ohio · 4 workspaces")
        await pilot.press("enter")
        await until_text(pilot, "ana / goose", "✓ ready")
        stage.platform.away = {"ana"}
        await until_text(pilot, "– is gone; last seen ")
        assert "✓ ready" not in screen_text(pilot).split("Build")[0].split("ana / goose")[1]


async def test_a_room_that_was_covered_shows_what_changed_when_it_comes_back(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await opened(stage, pilot, "enter")
        await until_text(pilot, "ohio · 3 nodes", " 41 %")
        nodes = pilot.app.screen
        assert isinstance(nodes, NodesRoom)
        await pilot.press("w")
        await until_text(pilot, "ohio · 4 workspaces")
        shown = nodes.rows.rows
        stage.platform.storage_shares["ohio"] = 0.66
        stage.platform.away = {"ana"}
        await until_text(pilot, "ohio · 3 workspaces")
        assert nodes.rows.rows == shown
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is nodes)
        await until_text(pilot, " 66 %", "ohio · 3 nodes · 3 workspaces")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LiveRoom))
        await until_text(pilot, " 66 %")


async def test_the_titles_of_the_columns_stay_while_a_long_list_scrolls(stage: Stage) -> None:
    stage.platform.builds_waiting = 60
    async with stage.app().run_test(size=(80, 24), notifications=True) as pilot:
        await opened(stage, pilot, "w")
        await until_text(pilot, "ohio · 64 workspaces")
        await pilot.press("end")
        await until_text(pilot, "dan ")
        lines = screen_text(pilot).splitlines()
        assert "Person" in lines[3]
        assert "p0 " not in lines[4]
