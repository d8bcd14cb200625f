"""A smoke test against a loopback server that speaks Coder's builds, recorded in a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fakes.coder_builds import CoderBuilds
from fakes.loopback import loopback
from workshop_tui.actions.smoke_test import SmokeTest
from workshop_tui.clients.coder_workspaces import CoderWorkspaces
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.smoke import MARKER
from workshop_tui.settings import Settings, SmokeTarget
from workshop_tui.store.store import Store

OHIO = SmokeTarget(region="ohio", template="goose")
LONDON = SmokeTarget(region="london", template="goose")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "workshops.db", clock=Clock())
    yield opened
    await opened.close()


@asynccontextmanager
async def smoke_on(builds: CoderBuilds, store: Store, timeout_s: float = 5) -> AsyncIterator[SmokeTest]:
    async with loopback(builds.answer) as server:
        settings = Settings.model_validate({"coder": {"url": f"http://{server.host}", "token": {"env": "TOKEN"}}})
        coder = CoderWorkspaces(settings, Network(settings))
        try:
            yield SmokeTest(coder, store.platform_changes, Clock(), "ana", None, timeout_s, look_every_s=0.01)
        finally:
            await coder.close()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret-token-of-the-test")


def silent(region: str, words: str) -> None:
    assert region
    assert words


async def test_a_workspace_starts_is_measured_by_stage_and_removed(store: Store) -> None:
    builds = CoderBuilds()
    told: list[str] = []
    async with smoke_on(builds, store) as smoke:
        run = await smoke.run(OHIO, lambda _, words: told.append(words))
    assert run.error == ""
    assert [name for name, _ in run.stages] == ["queued", "provisioning", "agent", "script", "removal"]
    assert builds.there == {}
    assert builds.removed == [run.workspace]
    assert run.workspace.startswith(MARKER)
    assert told[-1] == "passed"
    assert await store.platform_changes.left() == ()


async def test_it_is_recorded_before_it_is_made_with_how_to_undo_it(store: Store) -> None:
    async with smoke_on(CoderBuilds(), store) as smoke:
        run = await smoke.run(OHIO, silent)
    kinds = [(entry.kind, entry.after["target"]) for entry in await store.journal.since(0)]
    target = f"workspace {run.workspace}"
    assert kinds == [("change.planned", target), ("change.done", target), ("change.undone", target)]


@pytest.mark.parametrize(
    ("builds", "error"),
    [
        (CoderBuilds(breaks={"provisioning": "failed"}), "the build failed: terraform says no"),
        (CoderBuilds(breaks={"agent": "timeout"}), "the agent main: timeout"),
        (CoderBuilds(breaks={"script": "start_error"}), "the start-up script: start_error"),
    ],
)
async def test_the_stage_that_fails_is_told_and_the_workspace_removed(
    store: Store, builds: CoderBuilds, error: str
) -> None:
    async with smoke_on(builds, store) as smoke:
        run = await smoke.run(OHIO, silent)
    assert run.error == error
    assert builds.there == {}
    assert await store.platform_changes.left() == ()


async def test_what_never_becomes_ready_is_given_up_and_removed(store: Store) -> None:
    builds = CoderBuilds(sticks_at="agent")
    async with smoke_on(builds, store, timeout_s=0.3) as smoke:
        run = await smoke.run(OHIO, silent)
    assert run.error == "not ready in 0 s, it came as far as provisioning"
    assert builds.there == {}


async def test_a_refused_creation_leaves_nothing_to_clean(store: Store) -> None:
    async with smoke_on(CoderBuilds(refuses_creation=403), store) as smoke:
        run = await smoke.run(OHIO, silent)
    assert "secret-token" not in run.error
    assert run.error
    assert await store.platform_changes.left() == ()


async def test_an_unknown_template_is_told(store: Store) -> None:
    async with smoke_on(CoderBuilds(), store) as smoke:
        run = await smoke.run(SmokeTarget(region="ohio", template="nope"), silent)
    assert run.error == "Coder has no template nope: correct smoke.target"


async def test_what_cannot_be_removed_stays_recorded_and_is_cleaned_later(store: Store) -> None:
    builds = CoderBuilds(refuses_removal=403)
    async with smoke_on(builds, store) as smoke:
        run = await smoke.run(OHIO, silent)
        assert "not removed" in run.error
        assert "doctor --clean" in run.error
        (left,) = await store.platform_changes.left()
        assert left.target == f"workspace {run.workspace}"
        builds.refuses_removal = 0
        assert await smoke.clean(left)
    assert builds.there == {}
    assert await store.platform_changes.left() == ()


async def test_a_crash_before_or_after_the_creation_is_cleaned_at_the_next_start(store: Store) -> None:
    builds = CoderBuilds(sticks_at="agent")
    async with smoke_on(builds, store, timeout_s=60) as smoke:
        waits_for_agent = asyncio.Event()
        running = asyncio.create_task(
            smoke.run(OHIO, lambda _, words: waits_for_agent.set() if words == "agent" else None)
        )
        await waits_for_agent.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.platform_changes.plan(None, f"workspace {MARKER}never", "starts one", "coder delete", "ana")
        left = await store.platform_changes.left()
        assert len(left) == 2
        assert [await smoke.clean(change) for change in left] == [True, True]
    assert builds.there == {}
    assert await store.platform_changes.left() == ()


async def test_nothing_without_our_marker_is_ever_removed(store: Store) -> None:
    builds = CoderBuilds(there={"w-1": {"name": "anas-work", "step": 4, "deleting": False}})
    await store.platform_changes.plan(None, "workspace anas-work", "x", "coder delete anas-work", "ana")
    async with smoke_on(builds, store) as smoke:
        (left,) = await store.platform_changes.left()
        with pytest.raises(SourceError) as caught:
            await smoke.clean(left)
    assert caught.value.kind is ErrorKind.FORBIDDEN
    assert list(builds.there) == ["w-1"]


async def test_all_regions_run_at_once(store: Store) -> None:
    builds = CoderBuilds()
    async with smoke_on(builds, store) as smoke:
        runs = await asyncio.gather(smoke.run(OHIO, silent), smoke.run(LONDON, silent))
    assert [run.region for run in runs] == ["ohio", "london"]
    assert [run.error for run in runs] == ["", ""]
    assert len({run.workspace for run in runs}) == 2
