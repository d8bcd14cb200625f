"""What the control room changes on a rehearsal platform, from the keys: shown, asked, recorded, undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fakes.driving import go_to, screen_text, until, until_text
from fakes.rooms import Stage
from workshop_rehearsal.serve import Platform, PlatformOptions, serving
from workshop_tui.session.live import Runtime
from workshop_tui.settings.file import load_settings

IN_THE_WINDOW = timedelta(days=2, minutes=10)


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    path = tmp_path / "platform" / "settings.toml"
    async with serving(PlatformOptions(scenario="september-2024", at="T-2d", speed=0, config_path=path)) as served:
        yield served


@pytest.fixture
def stage(tmp_path: Path, platform: Platform) -> Stage:
    """Scripted sources, and the rehearsal's clusters for what is done."""
    stage = Stage(tmp_path / "workshops.db")
    real = load_settings(platform.files.path, {})
    assert real is not None
    stage.settings = stage.settings.model_copy(update={"kubernetes": real.kubernetes})
    return stage


def rotators(platform: Platform) -> int:
    rotator = platform.world.regions["ohio"].rotator
    assert rotator is not None
    return rotator.replicas


async def say_yes(pilot: Pilot[None]) -> None:
    """What is to be left stands first, so a yes is a step away."""
    screen = pilot.app.screen
    await until(pilot, lambda: screen.focused is not None and screen.focused.id == "leave")
    await pilot.press("tab", "enter")


async def test_a_pauses_the_rotation_after_a_yes_and_c_undoes_it(stage: Stage, platform: Platform) -> None:
    stage.platform.rotates_in = IN_THE_WINDOW
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await go_to(pilot, "gateway-key")
        await until_text(pilot, "a does it, after a yes")
        await pilot.press("a")
        await until_text(pilot, "Target: deployment litellm/litellm-key-rotator", "Now:    1 replica", "--replicas=1")
        await pilot.press("enter")
        await until(pilot, lambda: "Target:" not in screen_text(pilot))
        assert rotators(platform) == 1, "the first button leaves"

        await pilot.press("a")
        await until_text(pilot, "Now:    1 replica")
        await say_yes(pilot)
        await until_text(pilot, "1 change not undone")
        assert rotators(platform) == 0

        await pilot.press("C")
        await until_text(pilot, "Changed on the platform", "scales it to 0", "by ana")
        await pilot.press("enter")
        await until_text(pilot, "Undo this change", "Now:    0 replicas", "Effect: scales it to 1")
        await say_yes(pilot)
        await until_text(pilot, "Nothing of ours is left")
        assert rotators(platform) == 1
        await pilot.press("escape")
        await until(pilot, lambda: "not undone" not in screen_text(pilot))


async def test_what_cannot_be_undone_here_says_how(stage: Stage) -> None:
    async def leave_a_workspace(runtime: Runtime) -> None:
        await runtime.store.platform_changes.plan(
            None, "workspace wt-smoke-1", "starts it", "coder delete wt-smoke-1 --yes", "ana"
        )
        await runtime.platform_actions.load()

    stage.prepare = leave_a_workspace
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "1 change not undone")
        await pilot.press("C")
        await until_text(pilot, "workspace wt-smoke-1", "no answer came")
        await pilot.press("enter")
        await until_text(pilot, "coder delete wt-smoke-1")


async def test_a_cluster_that_cannot_be_asked_is_not_changed(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "workshops.db")
    stage.platform.rotates_in = IN_THE_WINDOW
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await go_to(pilot, "gateway-key")
        await until_text(pilot, "a does it, after a yes")
        await pilot.press("a")
        await until_text(pilot, "It cannot be looked at")
        await say_yes(pilot)
        await pilot.press("escape")
        assert stage.runtime is not None
        assert stage.runtime.platform_actions.left == ()


async def test_an_item_without_such_a_remedy_says_so(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("a")
        await until_text(pilot, "Nothing here is mended by scaling or pausing")


async def test_the_capacity_plan_scales_what_the_checks_found_too_few_of(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("p")
        await until_text(pilot, "Capacity for")
        await pilot.press("a")
        await until_text(pilot, "No check finds too few")
