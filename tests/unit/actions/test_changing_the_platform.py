"""Scaling and pausing on a rehearsal platform: looked at, recorded before it is done, undone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.api_server import status
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Asked, Loopback, Says, loopback
from workshop_rehearsal.serve import Platform, PlatformOptions, serving
from workshop_tui import __version__
from workshop_tui.actions.cluster_actions import ClusterActions
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.platform_action import PlatformAction, Scale, Suspend
from workshop_tui.settings.file import load_settings
from workshop_tui.settings.settings import Settings
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
async def actions(platform: Platform, store: Store) -> AsyncIterator[ClusterActions]:
    settings = load_settings(platform.files.path, {})
    assert settings is not None
    made = ClusterActions(settings, store.platform_changes, "ana")
    yield made
    await made.close()


def state(platform: Platform, action: PlatformAction) -> object:
    cluster = platform.world.regions["ohio"].cluster
    if isinstance(action, Suspend):
        return cluster.cron_jobs[(action.namespace, action.name)].suspended
    return next(one.replicas for one in cluster.workloads.values() if one.name == action.name)


@pytest.mark.parametrize(
    ("action", "before", "after", "found"),
    [(PROVISIONERS, 6, 8, "6 replicas"), (REPORT, False, True, "runs by its schedule @daily")],
)
async def test_it_is_looked_at_done_and_undone(platform, actions, store, action, before, after, found) -> None:
    plan = await actions.plan(action)
    assert (plan.found, state(platform, action)) == (found, before)
    assert any(line.startswith("Target: ") and action.target in line for line in plan.lines)
    await actions.apply(plan, None)
    assert state(platform, action) == after
    (change,) = await store.platform_changes.left()
    assert (change.target, change.effect, change.by) == (action.target, action.effect, "ana")
    assert change.done_at is not None
    back = await actions.plan_revert(change)
    assert back.action == plan.inverse
    await actions.revert(change, back)
    assert state(platform, action) == before
    assert await store.platform_changes.left() == ()


async def test_what_somebody_changed_meanwhile_is_left_alone(platform, actions, store) -> None:
    plan = await actions.plan(PROVISIONERS)
    await actions.apply(await actions.plan(replace(PROVISIONERS, replicas=12)), None)
    with pytest.raises(SourceError, match="somebody changed it just now"):
        await actions.apply(plan, None)
    assert state(platform, PROVISIONERS) == 12
    assert [change.effect for change in await store.platform_changes.left()] == ["scales it to 12"]


async def test_undoing_what_is_undone_already_only_says_so(platform, actions, store) -> None:
    plan = await actions.plan(PROVISIONERS)
    await actions.apply(plan, None)
    (change,) = await store.platform_changes.left()
    await actions.apply(await actions.plan(replace(PROVISIONERS, replicas=6)), None)
    back = await actions.plan_revert(change)
    assert not back.changes_something
    await actions.revert(change, back)
    assert change.id not in {one.id for one in await store.platform_changes.left()}
    assert state(platform, PROVISIONERS) == 6


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (replace(PROVISIONERS, name="none"), ErrorKind.NOT_FOUND),
        (replace(REPORT, name="none"), ErrorKind.NOT_FOUND),
        (replace(PROVISIONERS, context="elsewhere"), ErrorKind.NOT_CONFIGURED),
    ],
)
async def test_what_is_not_there_is_not_changed(actions, store, action, kind) -> None:
    with pytest.raises(SourceError) as refused:
        await actions.plan(action)
    assert refused.value.kind is kind
    assert await store.platform_changes.left() == ()


async def test_a_workspace_of_a_smoke_test_is_not_undone_here(actions, store) -> None:
    await store.platform_changes.plan(None, "workspace wt-smoke-1", "starts it", "coder delete wt-smoke-1 --yes", "ana")
    (change,) = await store.platform_changes.left()
    with pytest.raises(SourceError, match="coder delete"):
        await actions.plan_revert(change)


SCALE = {"metadata": {"name": "x", "resourceVersion": "5"}, "spec": {"replicas": 6}}


@asynccontextmanager
async def scaling(
    store: Store, directory: Path, *patches: Says, found: Sequence[tuple[int, int]] = ((6, 5),)
) -> AsyncIterator[tuple[ClusterActions, Loopback]]:
    """`found`: (replicas, version) at each look; `patches`: answers to each patch."""
    looks = [scale(*one) for one in found]
    answers = list(patches)

    def answer(asked: Asked) -> Says:
        return answers.pop(0) if asked.method == "PATCH" else looks.pop(0)

    async with loopback(answer) as server:
        kubeconfig = write_kubeconfig(directory, f"http://{server.host}")
        settings = Settings.model_validate(
            {
                "kubernetes": {"kubeconfig": str(kubeconfig)},
                "region": [{"name": "ohio", "role": "control-plane", "context": CONTEXT}],
            }
        )
        actions = ClusterActions(settings, store.platform_changes, "ana")
        try:
            yield actions, server
        finally:
            await actions.close()


def scale(replicas: int, version: int) -> Says:
    body = {"metadata": {"name": "x", "resourceVersion": str(version)}, "spec": {"replicas": replicas}}
    return Says(200, json.dumps(body).encode())


TO_EIGHT = Scale(CONTEXT, "coder", "deployments", "x", 8)
TAKEN = scale(8, 9)
CONFLICT = status(409, "the object has been modified", "Conflict")
LONG = "policy: " + "no more than 7 replicas before noon, please; " * 9 + "end\x1b[31m sk-abcdefgh12345678"


def patches_of(server: Loopback) -> list[tuple[dict[str, str], object]]:
    return [(asked.query, json.loads(asked.body)) for asked in server.asked if asked.method == "PATCH"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(403, "cannot patch deployments/scale", "Forbidden"), ErrorKind.FORBIDDEN),
        (status(404), ErrorKind.NOT_FOUND),
        (status(422, "replicas: must be small", "Invalid"), ErrorKind.MALFORMED),
        (status(409, "quota is used up", "AlreadyExists"), ErrorKind.MALFORMED),
        (status(500, "failed calling webhook", "InternalError"), ErrorKind.UNREACHABLE),
        (Says(200, status(403, "denied", "Forbidden").body), ErrorKind.FORBIDDEN),
    ],
)
async def test_what_the_server_would_refuse_is_never_recorded_nor_done(
    store: Store, tmp_path: Path, answer: Says, kind: ErrorKind
) -> None:
    async with scaling(store, tmp_path, answer) as (actions, server):
        plan, before = await actions.plan(TO_EIGHT), await store.journal.last_id()
        with pytest.raises(SourceError) as refused:
            await actions.apply(plan, None)
    assert refused.value.kind is kind
    ((query, body),) = patches_of(server)
    assert query == {"fieldManager": f"workshop-tui/{__version__}", "dryRun": "All"}
    assert body == {"metadata": {"resourceVersion": "5"}, "spec": {"replicas": 8}}
    assert await store.platform_changes.left() == ()
    assert await store.journal.last_id() == before


@pytest.mark.parametrize(
    ("answer", "kind", "left"),
    [
        (status(403, "denied", "Forbidden"), ErrorKind.FORBIDDEN, 0),
        (status(500, "etcdserver: request timed out", "InternalError"), ErrorKind.UNREACHABLE, 1),
    ],
)
async def test_a_late_refusal_leaves_nothing_to_undo_and_a_missing_answer_does(
    store: Store, tmp_path: Path, answer: Says, kind: ErrorKind, left: int
) -> None:
    async with scaling(store, tmp_path, TAKEN, answer) as (actions, server):
        plan = await actions.plan(TO_EIGHT)
        with pytest.raises(SourceError) as refused:
            await actions.apply(plan, None)
    assert refused.value.kind is kind
    assert [query.get("dryRun") for query, _ in patches_of(server)] == ["All", None]
    changes = await store.platform_changes.left()
    assert [change.done_at for change in changes] == [None] * left


async def test_the_servers_reason_is_told_whole_without_secrets_and_control_characters(
    store: Store, tmp_path: Path
) -> None:
    async with scaling(store, tmp_path, status(403, LONG, "Forbidden")) as (actions, _):
        plan = await actions.plan(TO_EIGHT)
        with pytest.raises(SourceError) as refused:
            await actions.apply(plan, None)
    said = refused.value.message
    assert said.count("no more than 7 replicas before noon") == 9
    assert said.endswith("••••")
    assert said.isprintable()


async def test_a_change_of_status_between_look_and_yes_is_no_conflict(store: Store, tmp_path: Path) -> None:
    found = ((6, 5), (6, 6), (6, 7))
    async with scaling(store, tmp_path, CONFLICT, TAKEN, CONFLICT, TAKEN, found=found) as (actions, server):
        await actions.apply(await actions.plan(TO_EIGHT), None)
    asked = [(query.get("dryRun"), body["metadata"]["resourceVersion"]) for query, body in patches_of(server)]
    assert asked == [("All", "5"), ("All", "6"), (None, "6"), (None, "7")]
    (change,) = await store.platform_changes.left()
    assert change.done_at is not None


async def test_a_change_of_what_the_person_saw_is_one_whenever_it_comes(store: Store, tmp_path: Path) -> None:
    for patches in ((CONFLICT,), (TAKEN, CONFLICT)):
        async with scaling(store, tmp_path, *patches, found=((6, 5), (7, 6))) as (actions, _):
            plan = await actions.plan(TO_EIGHT)
            with pytest.raises(SourceError, match="somebody changed it just now: it is 7 replicas, not 6 replicas"):
                await actions.apply(plan, None)
        assert await store.platform_changes.left() == ()


async def test_what_changes_at_every_look_is_left_alone(store: Store, tmp_path: Path) -> None:
    found = tuple((6, version) for version in range(5, 20))
    async with scaling(store, tmp_path, *[CONFLICT] * 9, found=found) as (actions, _):
        plan = await actions.plan(TO_EIGHT)
        with pytest.raises(SourceError, match="changes all the time"):
            await actions.apply(plan, None)
    assert await store.platform_changes.left() == ()


async def test_a_webhook_that_cannot_be_tried_is_asked_by_the_change_itself(store: Store, tmp_path: Path) -> None:
    cannot = status(400, 'admission webhook "audit.example.test" does not support dry run', "BadRequest")
    async with scaling(store, tmp_path, cannot, TAKEN) as (actions, server):
        await actions.apply(await actions.plan(TO_EIGHT), None)
    assert [query.get("dryRun") for query, _ in patches_of(server)] == ["All", None]
