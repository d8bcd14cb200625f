"""Demand from what runs, build lengths from what was built, and the last workshop from what was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.capacity import Builds, PastWorkshop, TemplateDemand
from workshop_tui.model.coder import Workspace
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.measure import MeasurePoint
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.model.workshop import Workshop
from workshop_tui.planning.measured_builds import builds_of
from workshop_tui.planning.past_workshop import past_workshop
from workshop_tui.planning.template_demand import largest_demand, merged, template_demands, template_finder
from workshop_tui.settings.settings import Settings

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
GIB = 2**30


def pod(owner: str, *containers: Container, workspace_id: str = "") -> Pod:
    labels = {
        "com.coder.user.username": owner,
        "com.coder.workspace.name": "ws",
        "com.coder.workspace.id": workspace_id,
    }
    return Pod("coder-ws", f"coder-{owner}", owner, labels, phase="Running", containers=containers)


def container(
    cpu: float | None, memory: int | None, storage: int | None = None, asks: float | None = None
) -> Container:
    return Container(
        "dev",
        "dev:1",
        cpu_request_cores=asks,
        memory_request_bytes=None,
        cpu_limit_cores=cpu,
        memory_limit_bytes=memory,
        ephemeral_storage_limit_bytes=storage,
    )


def workspace(owner: str, template: str, **more: object) -> Workspace:
    said = {"status": "running", "transition": "start", **more}
    return Workspace(f"id-{owner}", "ws", owner, "coder", template, **said)


def test_each_template_takes_what_its_largest_running_workspace_may_use() -> None:
    pods = [
        pod("ana", container(2, 4 * GIB, 10 * GIB)),
        pod("bo", container(4, 2 * GIB, 10 * GIB)),
        pod("cleo", container(1, GIB, GIB), container(1, GIB, GIB), workspace_id="id-dan"),
        pod("eve", container(None, 3 * GIB, asks=0.5)),
    ]
    coder = [workspace("ana", "goose"), workspace("bo", "goose"), workspace("dan", "claude")]
    assert template_demands(pods, template_finder(coder)) == (
        TemplateDemand("goose", 2, 4, 4, 10, limited=True),
        TemplateDemand("", 1, 0.5, 3, None, limited=False),
        TemplateDemand("claude", 1, 2, 2, 2, limited=True),
    )


def test_slices_of_the_pods_tell_together_what_all_of_them_do() -> None:
    coder = [workspace(f"p{n}", "goose" if n % 3 else "claude") for n in range(12)]
    pods = [pod(f"p{n}", container(n % 5 or None, (n % 4 + 1) * GIB, asks=0.5)) for n in range(12)]
    template_of = template_finder(coder)
    parts = [part for begin in range(0, 12, 5) for part in template_demands(pods[begin : begin + 5], template_of)]
    assert merged(parts) == template_demands(pods, template_of)
    assert merged([]) == ()


@pytest.mark.parametrize(
    ("templates", "cpu", "memory", "storage", "told_by"),
    [
        ((), 4, 8, None, "the settings, since no workspace runs"),
        ((TemplateDemand("a", 1, 2, 4, 9, limited=True),), 2, 4, 9, "the largest limits of 1 running workspace"),
        (
            (TemplateDemand("a", 1, None, 4, 9, limited=False), TemplateDemand("b", 2, None, 6, None, limited=False)),
            4,
            6,
            9,
            "the largest limits of 3 running workspaces; CPU by the settings",
        ),
    ],
)
def test_the_largest_of_each_is_planned_and_the_settings_fill_what_is_missing(
    templates: tuple[TemplateDemand, ...], cpu: float, memory: float, storage: float | None, told_by: str
) -> None:
    found = largest_demand(templates, Settings())
    assert (found.cpu_cores, found.memory_gib, found.storage_gib, found.told_by) == (cpu, memory, storage, told_by)


def built(owner: str, seconds: float | None, **more: object) -> Workspace:
    ended_at = None if seconds is None else NOON + timedelta(seconds=seconds)
    return workspace(owner, "goose", job_started_at=NOON, job_completed_at=ended_at, **more)


SMOKE = SmokeRun("ohio", "wt-smoke-1", NOON, "ana", (("queued", 1.0), ("provisioning", 44.0), ("agent", 9.0)))
PAST = PastWorkshop("November", NOON, 14, 11, 0.58, 48, 33, 62, 131)


def test_builds_that_were_measured_come_first() -> None:
    coder = [
        built("ana", 30),
        built("bo", 20),
        built("cleo", 900, status="failed"),
        built("dan", 5, transition="stop", status="stopped"),
        built("eve", None, status="starting"),
        built("fay", -3),
        workspace("gil", "goose"),
    ]
    found = builds_of(coder, [SMOKE], PAST, Settings())
    assert found == Builds((20, 30, 44), "2 starts that Coder shows, 1 smoke test")
    assert (found.usual_s, found.p95_s) == (30, 44)


def test_only_the_newest_starts_count() -> None:
    old = [workspace(f"o{n}", "t", job_started_at=NOON - timedelta(days=9), job_completed_at=NOON) for n in range(5)]
    new = [built(f"n{n}", 30) for n in range(100)]
    assert set(builds_of([*old, *new], (), None, Settings()).lengths_s) == {30}


@pytest.mark.parametrize(
    ("past", "lengths_s", "told_by"),
    [
        (PAST, (33,), "half of them took less at the worst of November"),
        (None, (120,), "the target for a start, not measured"),
        (
            PastWorkshop("November", NOON, 14, 11, None, None, None, None, None),
            (120,),
            "the target for a start, not measured",
        ),
    ],
)
def test_without_a_measured_build_the_last_workshop_tells_and_then_the_target(
    past: PastWorkshop | None, lengths_s: tuple[float, ...], told_by: str
) -> None:
    assert builds_of([built("ana", None, status="starting")], (), past, Settings()) == Builds(lengths_s, told_by)


WORKSHOP = Workshop(1, "November", NOON, timedelta(minutes=75), 14, "UTC", NOON)


def points(*values: tuple[float, float | None]) -> tuple[MeasurePoint, ...]:
    """(minutes after the start, value)"""
    return tuple(MeasurePoint(NOON + timedelta(minutes=minute), value) for minute, value in values)


def test_the_worst_of_what_was_recorded_between_start_and_end_is_compared() -> None:
    series = {
        ("concurrent-workspaces", "ohio"): points((-3, 1), (10, 6), (12, 5)),
        ("concurrent-workspaces", "london"): points((-3, 1), (9, 3), (11, 4)),
        ("node-storage", "ohio"): points((-9, 0.97), (20, 0.58), (30, None)),
        ("node-storage", "london"): points((20, 0.41)),
        ("build-wait-p95", "ohio"): points((5, 12), (10, 48)),
        ("build-time-p50", "ohio"): points((5, 33)),
        ("start-time-p50", "ohio"): points((5, 62)),
        ("start-time-p50", "london"): points((5, None)),
        ("start-time-p95", "ohio"): points((5, 131), (90, 999)),
    }
    assert past_workshop(WORKSHOP, series) == PastWorkshop("November", NOON, 14, 10, 0.58, 48, 33, 62, 131)


def test_what_was_not_recorded_is_none() -> None:
    assert past_workshop(WORKSHOP, {}) == PastWorkshop("November", NOON, 14, None, None, None, None, None, None)
