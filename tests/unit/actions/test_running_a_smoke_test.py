"""A smoke test against a loopback server that speaks Coder's builds, recorded in a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server import page, pod, status
from fakes.coder_builds import CoderBuilds
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Says, loopback
from fakes.noon import NOON
from workshop_tui.actions.smoke_parts import SmokeParts
from workshop_tui.actions.smoke_run import SmokeTest
from workshop_tui.clients.coder_workspaces import CoderWorkspaces
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import MARKER, SmokeGap, SmokeProgress
from workshop_tui.session.smoke_tests import SmokeTests
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.smoke import SmokeTarget
from workshop_tui.store.store import Store

OHIO = SmokeTarget(region="ohio", template="goose")
LONDON = SmokeTarget(region="london", template="goose")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "workshops.db", clock=Clock())
    yield opened
    await opened.close()


@asynccontextmanager
async def smoke_on(builds: CoderBuilds, store: Store, timeout_s: float = 5, **more: Any) -> AsyncIterator[SmokeTest]:
    """The settings name no region if not told otherwise, and no way to run a command."""
    async with loopback(builds.answer) as server:
        settings = Settings.model_validate(
            {
                "coder": {"url": f"http://{server.host}", "token": {"env": "TOKEN"}},
                "smoke": {"command_by": "none"},
                **more,
            }
        )
        network = Network(settings)
        coder = CoderWorkspaces(settings, network)
        parts = SmokeParts(settings, network, coder)
        try:
            yield SmokeTest(coder, parts, store.platform_changes, Clock(), "ana", None, timeout_s, look_every_s=0.01)
        finally:
            await parts.close()
            await coder.close()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret-token-of-the-test")


def silent(progress: SmokeProgress) -> None:
    assert progress.region
    assert progress.words


async def test_a_workspace_starts_is_measured_by_stage_and_removed(store: Store) -> None:
    builds = CoderBuilds()
    told: list[SmokeProgress] = []
    async with smoke_on(builds, store) as smoke:
        run = await smoke.run(OHIO, told.append)
    assert run.error == ""
    assert [name for name, _ in run.stages] == ["queued", "provisioning", "agent", "script", "removal"]
    assert builds.there == {}
    assert builds.removed == [run.workspace]
    assert run.workspace.startswith(MARKER)
    assert (told[-1].stage, told[-1].words, told[-1].stages) == ("", "passed", run.stages)
    assert [one.stage for one in told[:-1]] == [
        "queued",
        "provisioning",
        "agent",
        "script",
        "app",
        "command",
        "removal",
    ]
    assert await store.platform_changes.left() == ()


async def test_what_is_not_configured_is_said_and_never_passed(store: Store) -> None:
    async with smoke_on(CoderBuilds(), store) as smoke:
        run = await smoke.run(OHIO, silent)
    assert run.gaps == (
        SmokeGap("app", Outcome.NOT_APPLICABLE, "the settings name no region ohio"),
        SmokeGap("command", Outcome.NOT_APPLICABLE, 'smoke.command_by is "none"'),
        SmokeGap("pods", Outcome.NOT_APPLICABLE, "the settings name no region ohio"),
    )
    assert run.untold == ()


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
    assert run.error == "not ready in 0 s: it waits in the stage agent"
    assert SmokeGap("agent", Outcome.FAIL, run.error) in run.gaps
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
    async with smoke_on(builds, store) as smoke:
        for name in (f"{MARKER}made", f"{MARKER}never"):
            await store.platform_changes.plan(None, f"workspace {name}", "starts one", "coder delete", "ana")
        await smoke.coder.create(f"{MARKER}made", "t-1", {}, 1000)
        left = await store.platform_changes.left()
        assert len(left) == 2
        assert [await smoke.clean(change) for change in left] == [True, True]
    assert builds.there == {}
    assert builds.removed == [f"{MARKER}made"]
    assert await store.platform_changes.left() == ()


@pytest.mark.parametrize("stage", ["queued", "provisioning", "agent", "script", "removal"])
async def test_stopped_in_any_stage_it_removes_what_it_started(store: Store, stage: str) -> None:
    builds = CoderBuilds()
    told: list[SmokeProgress] = []
    reached = asyncio.Event()

    def hear(progress: SmokeProgress) -> None:
        told.append(progress)
        if progress.stage == stage:
            reached.set()

    async with smoke_on(builds, store, timeout_s=60) as smoke:
        running = asyncio.create_task(smoke.run(OHIO, hear))
        await reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert builds.there == {}
    assert await store.platform_changes.left() == ()
    if stage != "removal":
        assert told[-1].words == "stopped, and removed"


async def test_stopped_twice_it_leaves_the_removal_to_the_next_start(store: Store) -> None:
    builds = CoderBuilds(sticks_at="agent", refuses_removal=409)
    waits, removes = asyncio.Event(), asyncio.Event()

    def hear(progress: SmokeProgress) -> None:
        {"agent": waits, "removal": removes}.get(progress.stage, asyncio.Event()).set()

    async with smoke_on(builds, store, timeout_s=60) as smoke:
        running = asyncio.create_task(smoke.run(OHIO, hear))
        for event in (waits, removes):
            await event.wait()
            running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        (left,) = await store.platform_changes.left()
        builds.refuses_removal = 0
        assert await smoke.clean(left)
    assert builds.there == {}


@asynccontextmanager
async def in_a_cluster(directory: Path, *lists: Says) -> AsyncIterator[dict[str, Any]]:
    """Settings of a region whose pods are listed so, in turn; the last list comes again and again."""
    answers = list(lists)
    async with loopback(lambda _: answers.pop(0) if len(answers) > 1 else answers[0]) as server:
        region = {"name": "ohio", "role": "proxy", "context": CONTEXT, "namespaces": {"workspaces": ["coder-ws"]}}
        yield {
            "region": [region],
            "kubernetes": {"kubeconfig": write_kubeconfig(directory, f"http://{server.host}")},
        }


OURS = pod("dev-0", metadata={"name": "dev-0", "labels": {"com.coder.workspace.id": "w-1"}})


async def test_pods_are_seen_while_it_runs_and_gone_afterwards(store: Store, tmp_path: Path) -> None:
    async with (
        in_a_cluster(tmp_path, page(OURS), page(OURS, pod("other")), page(pod("other"))) as settings,
        smoke_on(CoderBuilds(), store, **settings) as smoke,
    ):
        run = await smoke.run(OHIO, silent)
    assert run.error == ""
    assert [name for name, _ in run.stages][-2:] == ["removal", "pods"]
    assert [gap.stage for gap in run.gaps] == ["app", "command"]


async def test_a_pod_that_stays_behind_is_a_failure(store: Store, tmp_path: Path) -> None:
    async with in_a_cluster(tmp_path, page(OURS)) as settings, smoke_on(CoderBuilds(), store, **settings) as smoke:
        hasty = replace(smoke, clock=Clock(NOON, NOON, 10_000), look_every_s=100, least_s=0.2, timeout_s=50_000)
        run = await hasty.run(OHIO, silent)
    assert run.error == "removed, but in the cluster there is still coder-ws/dev-0"
    assert SmokeGap("pods", Outcome.FAIL, run.error) in run.gaps
    assert await store.platform_changes.left() == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(pod("other")), "no pod with its name or id was seen: whether one is left is not known"),
        (status(403, "pods is forbidden", "Forbidden"), "whether its pods are gone is not known: the cluster ohio"),
    ],
)
async def test_pods_that_cannot_be_seen_are_unknown(store: Store, tmp_path: Path, answer: Says, reason: str) -> None:
    async with in_a_cluster(tmp_path, answer) as settings, smoke_on(CoderBuilds(), store, **settings) as smoke:
        run = await smoke.run(OHIO, silent)
    (gap,) = [gap for gap in run.gaps if gap.stage == "pods"]
    assert gap.outcome is Outcome.UNKNOWN
    assert gap.reason.startswith(reason)
    assert run.error == ""


async def test_what_coder_does_not_say_is_not_taken_for_gone(store: Store) -> None:
    await store.platform_changes.plan(None, f"workspace {MARKER}1", "x", "coder delete", "ana")
    builds = CoderBuilds()
    builds.answer = lambda _: Says(404, b'{"message": "Route not found."}')  # type: ignore[method-assign]
    async with smoke_on(builds, store) as smoke:
        (left,) = await store.platform_changes.left()
        with pytest.raises(SourceError):
            await smoke.clean(left)
    assert len(await store.platform_changes.left()) == 1


async def test_another_workspace_whose_name_only_begins_alike_stays(store: Store) -> None:
    builds = CoderBuilds(there={"w-1": {"name": f"{MARKER}12", "step": 4, "deleting": False}})
    await store.platform_changes.plan(None, f"workspace {MARKER}1", "x", "coder delete", "ana")
    async with smoke_on(builds, store) as smoke:
        (left,) = await store.platform_changes.left()
        assert await smoke.clean(left)
    assert list(builds.there) == ["w-1"]


async def test_what_else_was_changed_on_the_platform_is_not_for_the_clean(store: Store) -> None:
    for target in ("deployment litellm/litellm-key-rotator", f"workspace {MARKER}1", "workspace anas-work"):
        await store.platform_changes.plan(None, target, "x", "undo", "ana")
    tests = SmokeTests(Settings(), store, Clock(), "ana")
    assert [change.target for change in await tests.left()] == [f"workspace {MARKER}1"]


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
