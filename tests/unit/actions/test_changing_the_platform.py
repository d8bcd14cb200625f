"""Scaling and pausing on a rehearsal platform: looked at, recorded before it is done, undone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.api_server import Script, status
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Says, loopback
from workshop_tui.actions.platform_deeds import PlatformDeeds
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.deed import Deed, Scale, Suspend
from workshop_tui.rehearsal.serve import Platform, PlatformOptions, serving
from workshop_tui.settings import Settings
from workshop_tui.settings_file import load_settings
from workshop_tui.store.store import Store

PROVISIONERS = Scale("us-east-2", "coder", "deployments", "coder-provisioner-default", 8)
REPORT = Suspend("us-east-2", "litellm", "litellm-spend-report", suspended=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "workshops.db", clock=Clock())
    yield opened
    await opened.close()


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    path = tmp_path / "platform" / "settings.toml"
    options = PlatformOptions(scenario="september-2024", at="T-2d", speed=0, config_path=path)
    async with serving(options) as served:
        yield served


@pytest.fixture
async def deeds(platform: Platform, store: Store) -> AsyncIterator[PlatformDeeds]:
    settings = load_settings(platform.files.path, {})
    assert settings is not None
    made = PlatformDeeds(settings, store.platform_changes, "ana")
    yield made
    await made.close()


def state(platform: Platform, deed: Deed) -> object:
    cluster = platform.world.regions["ohio"].cluster
    if isinstance(deed, Suspend):
        return cluster.cron_jobs[(deed.namespace, deed.name)].suspended
    return next(one.replicas for one in cluster.workloads.values() if one.name == deed.name)


@pytest.mark.parametrize(
    ("deed", "before", "after", "found"),
    [(PROVISIONERS, 6, 8, "6 replicas"), (REPORT, False, True, "runs by its schedule 0 6 * * *")],
)
async def test_it_is_looked_at_done_and_undone(platform, deeds, store, deed, before, after, found) -> None:
    prospect = await deeds.look(deed)
    assert (prospect.found, state(platform, deed)) == (found, before)
    assert any(line.startswith("Target: ") and deed.target in line for line in prospect.lines)
    await deeds.do(prospect, None)
    assert state(platform, deed) == after
    (change,) = await store.platform_changes.left()
    assert (change.target, change.effect, change.by) == (deed.target, deed.effect, "ana")
    assert change.done_at is not None
    back = await deeds.look_back(change)
    assert back.deed == prospect.inverse
    await deeds.undo(change, back)
    assert state(platform, deed) == before
    assert await store.platform_changes.left() == ()


async def test_what_somebody_changed_meanwhile_is_left_alone(platform, deeds, store) -> None:
    prospect = await deeds.look(PROVISIONERS)
    await deeds.do(await deeds.look(replace(PROVISIONERS, replicas=12)), None)
    with pytest.raises(SourceError, match="somebody changed it just now"):
        await deeds.do(prospect, None)
    assert state(platform, PROVISIONERS) == 12
    assert [change.effect for change in await store.platform_changes.left()] == ["scales it to 12"]


async def test_undoing_what_is_undone_already_only_says_so(platform, deeds, store) -> None:
    prospect = await deeds.look(PROVISIONERS)
    await deeds.do(prospect, None)
    (change,) = await store.platform_changes.left()
    await deeds.do(await deeds.look(replace(PROVISIONERS, replicas=6)), None)
    back = await deeds.look_back(change)
    assert not back.changes_something
    await deeds.undo(change, back)
    assert change.id not in {one.id for one in await store.platform_changes.left()}
    assert state(platform, PROVISIONERS) == 6


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        (replace(PROVISIONERS, name="none"), ErrorKind.NOT_FOUND),
        (replace(REPORT, name="none"), ErrorKind.NOT_FOUND),
        (replace(PROVISIONERS, context="elsewhere"), ErrorKind.NOT_CONFIGURED),
    ],
)
async def test_what_is_not_there_is_not_changed(deeds, store, deed, kind) -> None:
    with pytest.raises(SourceError) as refused:
        await deeds.look(deed)
    assert refused.value.kind is kind
    assert await store.platform_changes.left() == ()


async def test_a_workspace_of_a_smoke_test_is_not_undone_here(deeds, store) -> None:
    await store.platform_changes.plan(None, "workspace wt-smoke-1", "starts it", "coder delete wt-smoke-1 --yes", "ana")
    (change,) = await store.platform_changes.left()
    with pytest.raises(SourceError, match="coder delete"):
        await deeds.look_back(change)


SCALE = {"metadata": {"name": "x", "resourceVersion": "5"}, "spec": {"replicas": 6}}


@pytest.mark.parametrize(
    ("answer", "kind", "left"),
    [
        (status(403, "cannot patch deployments/scale"), ErrorKind.FORBIDDEN, 0),
        (status(404), ErrorKind.NOT_FOUND, 0),
        (status(422, "replicas: must be small"), ErrorKind.MALFORMED, 0),
        (status(500), ErrorKind.UNREACHABLE, 1),
    ],
)
async def test_a_refusal_leaves_nothing_to_undo_and_a_missing_answer_does(
    store, tmp_path, answer: Says, kind: ErrorKind, left: int
) -> None:
    script = Script([Says(200, json.dumps(SCALE).encode()), answer])
    async with loopback(script) as server:
        kubeconfig = write_kubeconfig(tmp_path, f"http://{server.host}")
        settings = Settings.model_validate(
            {
                "kubernetes": {"kubeconfig": str(kubeconfig)},
                "region": [{"name": "ohio", "role": "control-plane", "context": CONTEXT}],
            }
        )
        deeds = PlatformDeeds(settings, store.platform_changes, "ana")
        try:
            prospect = await deeds.look(Scale(CONTEXT, "coder", "deployments", "x", 8))
            with pytest.raises(SourceError) as refused:
                await deeds.do(prospect, None)
        finally:
            await deeds.close()
    assert refused.value.kind is kind
    assert (server.asked[1].method, json.loads(server.asked[1].body)) == (
        "PATCH",
        {"metadata": {"resourceVersion": "5"}, "spec": {"replicas": 8}},
    )
    changes = await store.platform_changes.left()
    assert [change.done_at for change in changes] == [None] * left
