"""A capacity plan on a real store: what was recorded before, tested, kept, and what runs now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.noon import NOON
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Workspace
from workshop_tui.model.kinds import PODS, WORKSPACES
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import Pods, workspace_rule
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.session.capacity_plan import known_of, plan_of
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

CLOCK = Clock(wall=lambda: NOON)
OHIO, CODER = SourceKey(PODS.name, "ohio"), SourceKey(WORKSPACES.name)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "workshops.db", clock=CLOCK)
    yield opened
    await opened.close()


async def workshop(store: Store, title: str, days: int, people: int = 12) -> Workshop:
    return await store.workshops.create(title, NOON + timedelta(days=days), timedelta(minutes=75), people, "UTC", "ana")


async def record(store: Store, of: Workshop, **values: float | None) -> None:
    """Ten minutes after its start."""
    at = of.starts_at + timedelta(minutes=10)
    told = [
        MeasureValue(name.replace("_", "-"), "ohio", value, Outcome.PASS, None if value is None else at)
        for name, value in values.items()
    ]
    await store.readings.record(of.id, told)


def readings() -> dict[SourceKey, Reading]:
    labels = {"com.coder.user.username": "ana", "com.coder.workspace.name": "ws"}
    dev = Container("dev", "dev:1", cpu_limit_cores=2, memory_limit_bytes=4 * 2**30)
    pods = Pods.of(
        [Pod("coder-ws", "a", "u", labels, phase="Running", containers=(dev,))], workspace_rule(["coder-ws"], "")
    )
    began_at = NOON - timedelta(minutes=20)
    built = Workspace(
        "1",
        "ws",
        "ana",
        "coder",
        "goose",
        "running",
        "start",
        job_started_at=began_at,
        job_completed_at=began_at + timedelta(seconds=31),
    )
    return {OHIO: Reading(OHIO, pods, NOON), CODER: Reading(CODER, (built,), NOON)}


async def test_what_runs_and_what_was_recorded_before_make_the_plan(store: Store) -> None:
    older, last, next_one = [await workshop(store, title, days) for title, days in (("A", -60), ("B", -30), ("C", 2))]
    await record(store, older, concurrent_workspaces=3)
    await record(store, last, concurrent_workspaces=11, node_storage=0.58, build_wait_p95=48)
    await store.smoke_runs.add(
        next_one.id, SmokeRun("ohio", "wt-smoke-1", NOON, "ana", (("queued", 1.0), ("provisioning", 45.0)))
    )
    plan = await plan_of(await known_of(next_one, store), readings(), Settings(), CLOCK, expected=(OHIO, CODER))
    assert (plan.demand.cpu_cores, plan.demand.memory_gib) == (2, 4)
    assert [template.template for template in plan.demand.templates] == ["goose"]
    assert plan.builds.lengths_s == (31, 45)
    assert plan.past is not None
    assert (plan.past.title, plan.past.workspaces, plan.past.storage_share) == ("B", 11, 0.58)
    assert (plan.past.build_wait_p95_s, plan.past.start_p95_s) == (48, None)
    assert plan.troubles == ()


async def test_an_earlier_workshop_that_recorded_nothing_is_passed_over(store: Store) -> None:
    first, _, unknown, now = [
        await workshop(store, title, days) for title, days in (("A", -90), ("B", -60), ("C", -30), ("D", 2))
    ]
    later = await workshop(store, "E", 30)
    await record(store, first, concurrent_workspaces=9)
    await record(store, unknown, concurrent_workspaces=None)
    await record(store, later, concurrent_workspaces=50)
    plan = await plan_of(await known_of(now, store), {}, Settings(), CLOCK)
    assert plan.past is not None
    assert plan.past.title == "A"
    assert (await plan_of(await known_of(first, store), {}, Settings(), CLOCK)).past is None


async def test_what_is_missing_or_too_old_is_told_and_the_settings_fill_in(store: Store) -> None:
    planned = await workshop(store, "C", 2)
    broken = Reading(OHIO, None, None, SourceError(ErrorKind.FORBIDDEN, "cannot list pods"))
    old = Reading(CODER, (), NOON - timedelta(hours=1))
    plan = await plan_of(
        await known_of(planned, store),
        {OHIO: broken, CODER: old},
        Settings(),
        CLOCK,
        expected=(OHIO, CODER, SourceKey("nodes", "ohio")),
    )
    assert plan.troubles == ("pods of ohio: cannot list pods", "Coder workspaces: silent; last data 60 min old")
    assert plan.demand.told_by == "the settings, since no workspace runs"
    assert plan.builds.told_by == "the target for a start, not measured"


async def test_what_is_given_goes_before_what_is_known(store: Store) -> None:
    planned = await workshop(store, "C", 2)
    plan = await plan_of(
        await known_of(planned, store), readings(), Settings(), CLOCK, expected=(CODER,), people=30, build_s=60
    )
    assert (plan.people, plan.people_told_by, plan.builds.lengths_s, plan.provisioners) == (30, "as given", (60,), 15)
