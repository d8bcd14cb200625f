"""The smoke test's dialog, against a loopback server that speaks Coder's builds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from textual.pilot import Pilot

from fakes.coder_builds import CoderBuilds
from fakes.driving import screen_text
from fakes.driving import until as until_seen
from fakes.loopback import loopback
from fakes.platform_state import three_regions
from fakes.rooms import NOON, Stage
from workshop_tui.model.clock import Clock
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import MARKER
from workshop_tui.screens.dialogs.smoke import SmokeTests
from workshop_tui.session.live import Runtime
from workshop_tui.settings.settings import Settings

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
_SEEN_WITHIN_S = 60
REGIONS = ("ohio", "oregon", "london")
Opened = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


async def until(pilot: Pilot[None], seen: Callable[[], bool]) -> None:
    """A smoke test takes seconds, and tests share the machine."""
    await until_seen(pilot, seen, within_s=_SEEN_WITHIN_S)


async def until_text(pilot: Pilot[None], *texts: str) -> None:
    await until(pilot, lambda: all(text in screen_text(pilot) for text in texts))


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret-token-of-the-test")


def smoke_settings(url: str) -> Settings:
    """Three regions without cluster and wildcard; nothing runs inside."""
    settings = three_regions()
    document = {
        "coder": {"url": url, "token": {"env": "TOKEN"}},
        "smoke": {"command_by": "none", "target": [{"region": name, "template": "goose"} for name in REGIONS]},
        "region": [{"name": name, "role": "proxy"} for name in REGIONS],
    }
    return Settings.model_validate({**settings.model_dump(mode="json", exclude_unset=True), **document})


@pytest.fixture
def opened(stage: Stage) -> Opened:
    """The dialog, on a clock that runs ten times as fast as ours; `told` is awaited on the screen before it opens."""

    @asynccontextmanager
    async def open_dialog(
        builds: CoderBuilds, size: tuple[int, int] = (120, 40), told: str = "Infrastructure validation"
    ) -> AsyncIterator[Pilot[None]]:
        stage.clock = Clock(NOON, NOON, 10, wall=lambda: stage.now)
        async with loopback(builds.answer) as server:
            stage.settings = smoke_settings(f"http://{server.host}")
            async with stage.app().run_test(size=size, notifications=True) as pilot:
                await until_text(pilot, told)
                await pilot.press("s")
                await until_text(pilot, "Smoke test", "esc leaves")
                yield pilot

    return open_dialog


def runtime_of(stage: Stage) -> Runtime:
    assert stage.runtime
    return stage.runtime


@SIZES
async def test_every_target_and_effect_is_shown_and_nothing_starts_without_a_yes(
    opened: Opened, stage: Stage, size: tuple[int, int]
) -> None:
    builds = CoderBuilds()
    async with opened(builds, size) as pilot:
        for region in REGIONS:
            assert f"{region}  one workspace from goose" in screen_text(pilot)
        assert "y starts them · nothing is changed before" in screen_text(pilot)
        await pilot.press("enter", "space", "j", "n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SmokeTests)
        assert not runtime_of(stage).smoke.running
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SmokeTests))
    assert builds.removed == []


@SIZES
async def test_yes_runs_all_regions_and_ends_with_a_table_and_a_judgement(
    opened: Opened, stage: Stage, size: tuple[int, int]
) -> None:
    builds = CoderBuilds()
    async with opened(builds, size) as pilot:
        await pilot.press("y")
        await until(pilot, lambda: screen_text(pilot).count("✓ ") >= 3 and "passed" in screen_text(pilot))
        text = screen_text(pilot)
        for column in ("queued", "build", "agent", "script", "app", "command", "removal", "pods"):
            assert column in text
        runtime = runtime_of(stage)
        await until(pilot, lambda: not runtime.smoke.running)
        assert runtime.observation
        result = runtime.observation.results["smoke-test"]
        assert result.outcome in (Outcome.PASS, Outcome.WARN)
        assert {finding.region for finding in result.findings} == set(REGIONS)
        assert len(await runtime.store.smoke_runs.latest(1)) == 3
        assert await runtime.store.platform_changes.left() == ()
    assert len(builds.removed) == 3
    assert len({name for name in builds.removed if name.startswith(MARKER)}) == 3


async def test_the_button_is_a_yes_too(opened: Opened) -> None:
    builds = CoderBuilds()
    async with opened(builds) as pilot:
        await pilot.click("#start")
        await until(pilot, lambda: len(builds.removed) == 3)


async def test_each_start_is_recorded_before_anything_is_asked_of_coder(opened: Opened, stage: Stage) -> None:
    async with opened(CoderBuilds(refuses_creation=403)) as pilot:
        await pilot.press("y")
        await until_text(pilot, "✗ ohio", "✗ oregon", "✗ london", "forbids it")
        kinds = [entry.kind for entry in await runtime_of(stage).store.journal.since(0)]
        assert kinds.count("change.planned") == 3
        assert "change.done" not in kinds


@SIZES
async def test_x_stops_it_and_what_was_started_is_removed(opened: Opened, stage: Stage, size: tuple[int, int]) -> None:
    builds = CoderBuilds(sticks_at="agent")
    async with opened(builds, size) as pilot:
        await pilot.press("y")
        await until(pilot, lambda: [one["step"] for one in builds.there.values()] == [2, 2, 2])
        await until_text(pilot, "x stops it")
        await pilot.press("x")
        await until(pilot, lambda: screen_text(pilot).count("stopped, and removed") == 3)
        runtime = runtime_of(stage)
        assert await runtime.store.platform_changes.left() == ()
        assert await runtime.store.smoke_runs.latest(1) == ()
    assert builds.there == {}


async def test_it_goes_on_when_the_dialog_is_closed_and_is_shown_when_it_opens_again(
    opened: Opened, stage: Stage
) -> None:
    builds = CoderBuilds(sticks_at="agent")
    async with opened(builds) as pilot:
        await pilot.press("y")
        await until(pilot, lambda: [one["step"] for one in builds.there.values()] == [2, 2, 2])
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SmokeTests))
        assert runtime_of(stage).smoke.running
        await pilot.press("s")
        await until_text(pilot, "ohio", "…", "x stops it")
        builds.sticks_at = ""
        await until(pilot, lambda: screen_text(pilot).count("passed") == 3)


async def test_leaving_the_program_removes_what_it_started(opened: Opened, stage: Stage) -> None:
    builds = CoderBuilds(sticks_at="agent")
    async with opened(builds) as pilot:
        await pilot.press("y")
        await until(pilot, lambda: [one["step"] for one in builds.there.values()] == [2, 2, 2])
        await pilot.press("escape", "q")
    assert builds.there == {}  # without a wait: what goes on after the program has ended is no removal by it
    assert len(builds.removed) == 3


@SIZES
async def test_what_a_crash_left_is_told_at_the_start_and_removed_by_c(
    opened: Opened, stage: Stage, size: tuple[int, int]
) -> None:
    builds = CoderBuilds(there={"w-9": {"name": f"{MARKER}1", "step": 2, "deleting": False}})

    async def crash(runtime: Runtime) -> None:
        await runtime.store.platform_changes.plan(None, f"workspace {MARKER}1", "x", "coder delete", "bo")

    stage.prepare = crash
    async with opened(builds, size, "left workspace wt-smoke-1 on the platform") as pilot:
        await until_text(pilot, f"workspace {MARKER}1", "ago, bo", "Remove what is left (c)")
        await pilot.press("enter", "space")
        assert builds.removed == []
        await pilot.press("c")
        await until_text(pilot, f"workspace {MARKER}1: removed")
        await until(pilot, lambda: "Remove what is left" not in screen_text(pilot))
        assert await runtime_of(stage).store.platform_changes.left() == ()
    assert builds.removed == [f"{MARKER}1"]


async def test_without_a_target_it_says_what_to_set(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("s")
        await until_text(pilot, "name no [[smoke.target]]")
        await pilot.press("y")
        assert "y starts them" not in screen_text(pilot)
        assert not runtime_of(stage).smoke.running


async def test_the_palette_opens_it(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "Infrastructure validation")
        await pilot.press("ctrl+p")
        await pilot.press(*"smoke test")
        await until_text(pilot, "Smoke test in every region; asks first")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SmokeTests))
