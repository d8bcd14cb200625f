from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.measured import NOW, ago, measured
from workshop_tui.model.coder import Agent, ProvisionerPool, Workspace
from workshop_tui.model.kinds import PROVISIONERS, WORKSPACES
from workshop_tui.model.outcome import Outcome

PASS, WARN, FAIL, NONE = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE


def workspace(person: str, status: str, *, transition: str = "start", **more: object) -> Workspace:
    given: dict[str, object] = {"created_at": ago(60), **more}
    return Workspace(
        person,
        f"ws-{person}",
        person,
        "coder",
        "goose",
        status,
        transition,
        **given,  # type: ignore[arg-type]
    )


def ready(person: str, *, queue: float = 1, terraform: float = 20, image: float = 15, script: float = 4) -> Workspace:
    """Asked for five minutes ago."""
    started, completed = 300 - queue, 300 - queue - terraform
    connected = completed - image
    agent = Agent("main", "connected", "ready", ago(connected), ago(connected - script))
    return workspace(
        person,
        "running",
        created_at=ago(300),
        job_started_at=ago(started),
        job_completed_at=ago(completed),
        agents=(agent,),
    )


def with_agent(person: str, status: str, built_s_ago: float | None = 300) -> Workspace:
    completed = None if built_s_ago is None else ago(built_s_ago)
    return workspace(person, "running", job_completed_at=completed, agents=(Agent("main", status),))


QUEUED = tuple(workspace(person, "pending", created_at=ago(20 + 30 * i)) for i, person in enumerate(("bo", "ana")))


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome", "detail", "people"),
    [
        ((), 0, PASS, "", ()),
        ((ready("ana"),), 0, PASS, "", ()),
        (QUEUED, 2, WARN, "oldest 0:50", ("ana", "bo")),
        ((*QUEUED, *QUEUED), 4, FAIL, "oldest 0:50", ("ana", "bo")),
        ((workspace("ana", "pending", created_at=None),), 1, WARN, "", ("ana",)),
        ((workspace("ana", "pending", created_at=ago(-90)),), 1, WARN, "oldest 0:00", ("ana",)),
    ],
    ids=["no workspace", "none waits", "some", "many", "no time", "clock back"],
)
def test_builds_that_wait_are_counted_with_the_oldest(
    workspaces: tuple[Workspace, ...], value: float, outcome: Outcome, detail: str, people: tuple[str, ...]
) -> None:
    found = measured("builds-queued", (WORKSPACES, workspaces))
    assert (found.value, found.outcome, found.detail, found.people) == (value, outcome, detail, people)


def test_whom_a_queue_hits_is_said_of_all_that_have_or_want_a_workspace() -> None:
    stopped = workspace("zoe", "stopped", transition="stop")
    found = measured("builds-queued", (WORKSPACES, (*QUEUED, ready("cleo"), stopped)))
    assert (found.people, found.people_of) == (("ana", "bo"), 3)


def test_stops_and_deletes_take_provisioners_too() -> None:
    said = (workspace("ana", "starting"), workspace("bo", "deleting", transition="delete"), ready("cleo"))
    found = measured("builds-running", (WORKSPACES, said))
    assert (found.value, found.detail, found.outcome) == (2, "1 of them stop or delete", PASS)


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome", "people"),
    [
        ((), None, NONE, ()),
        ((workspace("ana", "starting"),), None, NONE, ()),
        ((workspace("ana", "failed", created_at=ago(3600)),), None, NONE, ()),
        ((ready("ana"),), 0.0, PASS, ()),
        ((ready("ana"), workspace("bo", "failed", job_completed_at=ago(5))), 0.5, FAIL, ("bo",)),
        ((*(ready(f"p{i}") for i in range(9)), workspace("bo", "failed")), 0.1, WARN, ("bo",)),
        ((ready("ana"), workspace("bo", "failed", created_at=None)), 0.0, PASS, ()),
    ],
    ids=["no workspace", "none ended", "long ago", "all went well", "half", "one of ten", "no time"],
)
def test_builds_that_failed_in_the_last_half_hour(
    workspaces: tuple[Workspace, ...], value: float | None, outcome: Outcome, people: tuple[str, ...]
) -> None:
    found = measured("builds-failed", (WORKSPACES, workspaces))
    assert (found.value, found.outcome, found.people) == (value, outcome, people)


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome"),
    [
        ((), None, NONE),
        ((ready("ana", queue=3),), 3, PASS),
        ((ready("ana", queue=31),), 31, WARN),
        ((ready("ana", queue=1), workspace("bo", "pending", created_at=ago(200))), 200, FAIL),
        ((workspace("bo", "pending", created_at=ago(4000)),), 4000, FAIL),
        ((workspace("bo", "pending", created_at=ago(-5)),), None, NONE),
        ((workspace("bo", "starting", job_started_at=ago(90), created_at=ago(60)),), None, NONE),
    ],
    ids=["no workspace", "quick", "slow", "one still waits", "since long", "clock back", "started before asked for"],
)
def test_waiting_counts_also_while_it_lasts(
    workspaces: tuple[Workspace, ...], value: float | None, outcome: Outcome
) -> None:
    found = measured("build-wait-p95", (WORKSPACES, workspaces))
    assert (found.value, found.outcome) == (value, outcome)


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome", "detail"),
    [
        ((), None, NONE, "no build in 30 min"),
        ((ready("ana", terraform=20), ready("bo", terraform=50), ready("cleo", terraform=31)), 31, PASS, "of 3"),
        ((workspace("ana", "starting", job_started_at=ago(50)),), None, NONE, "no build in 30 min"),
        ((workspace("ana", "failed", job_started_at=ago(50), job_completed_at=ago(9)),), None, NONE, None),
        ((workspace("ana", "running", job_started_at=ago(9000), job_completed_at=ago(8000)),), None, NONE, None),
        ((workspace("ana", "running", job_started_at=ago(9), job_completed_at=ago(50)),), None, NONE, None),
        (
            (workspace("ana", "stopped", transition="stop", job_started_at=ago(9), job_completed_at=ago(2)),),
            None,
            NONE,
            None,
        ),
    ],
    ids=["no workspace", "half of them", "one still builds", "it failed", "long ago", "clock back", "a stop"],
)
def test_a_build_is_as_long_as_it_keeps_its_provisioner(
    workspaces: tuple[Workspace, ...], value: float | None, outcome: Outcome, detail: str | None
) -> None:
    found = measured("build-time-p50", (WORKSPACES, workspaces))
    assert (found.value, found.outcome) == (value, outcome)
    assert detail is None or found.detail == detail


def pool(name: str, idle: int, busy: int, pending: int = 0, *, default: bool = False) -> ProvisionerPool:
    return ProvisionerPool(name, default, idle, busy, 0, (), pending)


HIDDEN = replace(pool("demo", 0, 0), hidden="the right to see them is missing")
OTHER_TAGS = replace(pool("demo", 0, 0), others=3, nobody_for=("goose (no tags)",))
UNPROVEN = replace(pool("demo", 3, 0), unproven="tags cannot be read")


@pytest.mark.parametrize(
    ("pools", "value", "outcome", "detail"),
    [
        ((), None, NONE, "no organisation has provisioners"),
        ((pool("demo", 0, 0),), None, NONE, "no organisation has provisioners"),
        ((pool("coder", 4, 2, default=True),), 2 / 6, PASS, "2 of 6"),
        ((pool("coder", 0, 6, 4, default=True), pool("demo", 2, 0)), 1.0, WARN, "6 of 6 in coder, 4 wait"),
        ((pool("coder", 2, 4, default=True), pool("demo", 0, 2, 1)), 1.0, WARN, "2 of 2 in demo, 1 wait"),
        ((pool("coder", 0, 0, default=True), pool("demo", 0, 2)), 1.0, FAIL, "none connected in coder"),
        ((pool("demo", 0, 0, 3),), 1.0, FAIL, "none connected"),
        ((pool("coder", 4, 2, default=True), HIDDEN), None, Outcome.UNKNOWN, "the right to see them is missing"),
        ((OTHER_TAGS,), 1.0, FAIL, "none may take goose (no tags)"),
        ((pool("coder", 4, 2, default=True), UNPROVEN), None, Outcome.UNKNOWN, "tags cannot be read"),
        ((replace(UNPROVEN, idle=0),), None, NONE, "no organisation has provisioners"),
    ],
)
def test_the_organisation_that_is_worst_off_is_shown(
    pools: tuple[ProvisionerPool, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("provisioners-busy", (PROVISIONERS, pools))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


AGENTS = (
    with_agent("ana", "connected"),
    with_agent("bo", "connecting"),
    with_agent("cleo", "connecting", built_s_ago=20),
    with_agent("dan", "disconnected"),
    with_agent("eve", "timeout"),
    workspace("fay", "running"),
    workspace("gus", "stopped", transition="stop", agents=(Agent("main", "disconnected"),)),
)


@pytest.mark.parametrize(
    ("measure", "value", "outcome", "detail", "people"),
    [
        ("agents-connected", 1, PASS, "of 5", ()),
        ("agents-connecting", 1, WARN, "longest 5:00", ("bo",)),
        ("agents-lost", 2, WARN, "of 6, 1 never came", ("dan", "eve")),
    ],
)
def test_agents_are_connected_late_or_lost(
    measure: str, value: float, outcome: Outcome, detail: str, people: tuple[str, ...]
) -> None:
    found = measured(measure, (WORKSPACES, AGENTS))
    assert (found.value, found.outcome, found.detail, found.people) == (value, outcome, detail, people)
    assert found.people_of == (6 if people else 0)
    nobody = measured(measure, (WORKSPACES, ()))
    assert (nobody.value, nobody.outcome, nobody.detail) == (0, PASS, "")


@pytest.mark.parametrize(
    ("built_s_ago", "value"), [(59, 0), (60, 1), (None, 1), (-30, 0)], ids=["soon", "late", "no time", "clock back"]
)
def test_an_agent_is_late_after_a_minute(built_s_ago: float | None, value: float) -> None:
    assert measured("agents-connecting", (WORKSPACES, (with_agent("ana", "connecting", built_s_ago),))).value == value


QUICK = tuple(ready(f"p{i}") for i in range(19))
STUCK = workspace("bo", "running", created_at=ago(280), job_started_at=ago(275), job_completed_at=ago(260))


@pytest.mark.parametrize(
    ("workspaces", "p50", "p95", "detail"),
    [
        ((), None, None, "no start in 30 min"),
        ((workspace("ana", "starting"),), None, None, "no start in 30 min"),
        ((workspace("ana", "failed"),), None, None, "no start in 30 min"),
        (QUICK, (40, PASS), (40, PASS), "of 19, 50% provisioning"),
        ((ready("ana", queue=150),), (189, WARN), (189, WARN), "of 1, 79% queue"),
        ((ready("ana", image=200),), (225, WARN), (225, WARN), "of 1, 89% image, agent"),
        ((ready("ana", script=250, terraform=5),), (271, FAIL), (271, FAIL), "of 1, 92% script"),
        ((STUCK,), (280, FAIL), (280, FAIL), "of 1, 93% image, agent"),
        ((workspace("bo", "pending", created_at=ago(400)),), (400, FAIL), (400, FAIL), "of 1, 100% queue"),
        ((workspace("bo", "pending", created_at=ago(-400)),), None, None, "no start in 30 min"),
        ((workspace("bo", "pending", created_at=ago(9000)),), (9000, FAIL), (9000, FAIL), "of 1, 100% queue"),
        (
            (workspace("bo", "starting", created_at=ago(99000), job_started_at=ago(98000)),),
            (99000, FAIL),
            (99000, FAIL),
            "of 1, 99% provisioning",
        ),
        ((replace(STUCK, created_at=ago(9000)),), (9000, FAIL), (9000, FAIL), "of 1, 97% queue"),
        ((replace(STUCK, created_at=ago(15000)),), None, None, "no start in 30 min"),
        ((replace(ready("ana", script=1), created_at=ago(1801)),), None, None, "no start in 30 min"),
    ],
    ids=[
        "none",
        "young",
        "failed",
        "quick",
        "queue",
        "image",
        "script",
        "never comes",
        "still queued",
        "clock back",
        "queued for hours",
        "provisioning for a day",
        "running for hours and never ready",
        "given up",
        "ready, long ago",
    ],
)
def test_a_start_is_measured_until_ready_and_says_its_longest_stage(
    workspaces: tuple[Workspace, ...],
    p50: tuple[float, Outcome] | None,
    p95: tuple[float, Outcome] | None,
    detail: str,
) -> None:
    half, most = (measured(name, (WORKSPACES, workspaces)) for name in ("start-time-p50", "start-time-p95"))
    assert (half.value, half.outcome) == (p50 or (None, NONE))
    assert (most.value, most.outcome) == (p95 or (None, NONE))
    assert half.detail == detail


def test_the_slowest_starts_name_those_who_still_wait() -> None:
    found = measured(
        "start-time-p95", (WORKSPACES, (*QUICK[:18], STUCK, workspace("al", "pending", created_at=ago(500))))
    )
    assert (found.value, found.people, found.people_of) == (280, ("al", "bo"), 20)


def test_a_workspace_of_which_a_moment_is_missing_still_counts() -> None:
    agent = Agent("main", "connected", "ready", None, NOW)
    found = measured("start-time-p50", (WORKSPACES, (workspace("ana", "running", agents=(agent,)),)))
    assert (found.value, found.detail) == (60, "of 1")


PREBUILDS = tuple(
    replace(one, owner="prebuilds", prebuild=True)
    for one in (*QUEUED, ready("a"), with_agent("b", "disconnected"), with_agent("c", "connecting"))
)


@pytest.mark.parametrize(
    ("measure_id", "value"),
    [
        ("builds-queued", 0),
        ("build-wait-p95", None),
        ("agents-connected", 0),
        ("agents-connecting", 0),
        ("agents-lost", 0),
        ("start-time-p50", None),
        ("start-time-p95", None),
        ("started-again", 0),
    ],
)
def test_prebuilds_are_no_people_and_in_nobodys_queue(measure_id: str, value: float | None) -> None:
    found = measured(measure_id, (WORKSPACES, tuple(replace(one, ran_until=ago(61)) for one in PREBUILDS)))
    assert (found.value, found.people) == (value, ())


def test_a_prebuild_that_fails_is_a_failed_build_of_nobody() -> None:
    failed = replace(workspace("x", "failed", job_completed_at=ago(30)), owner="prebuilds", prebuild=True)
    found = measured("builds-failed", (WORKSPACES, (failed, ready("ana"))))
    assert (found.value, found.people, found.people_of) == (0.5, (), 1)


def old(lifecycle: str, *, ready_s_ago: float | None, began_s_ago: float) -> Workspace:
    """Runs for three hours, and its agent began anew since."""
    agent = Agent(
        "main", "connected", lifecycle, ago(10700), None if ready_s_ago is None else ago(ready_s_ago), ago(began_s_ago)
    )
    return workspace(
        "ana",
        "running",
        created_at=ago(10800),
        job_started_at=ago(10790),
        job_completed_at=ago(10750),
        agents=(agent,),
    )


@pytest.mark.parametrize("measure_id", ["start-time-p50", "start-time-p95"])
def test_an_agents_restart_in_an_old_workspace_is_no_start_of_hours(measure_id: str) -> None:
    begins = old("starting", ready_s_ago=None, began_s_ago=200)
    assert measured(measure_id, (WORKSPACES, (begins,))).value is None
    hangs = old("starting", ready_s_ago=None, began_s_ago=10699)
    assert measured(measure_id, (WORKSPACES, (hangs,))).value == 10800


@pytest.mark.parametrize("measure_id", ["start-time-p50", "start-time-p95"])
def test_a_start_of_which_the_agent_restarted_soon_is_not_longer_for_it(measure_id: str) -> None:
    start = ready("ana")
    again = replace(start.agents[0], started_at=ago(100), ready_at=ago(90))
    assert measured(measure_id, (WORKSPACES, (replace(start, agents=(again,)),))).value is None


@pytest.mark.parametrize("lifecycle", ["start_error", "start_timeout"])
@pytest.mark.parametrize("measure_id", ["start-time-p50", "start-time-p95"])
def test_a_failed_start_up_script_is_no_good_start(measure_id: str, lifecycle: str) -> None:
    start = ready("ana")
    failed = replace(start, agents=(replace(start.agents[0], lifecycle=lifecycle),))
    assert failed.ready_at is not None
    assert measured(measure_id, (WORKSPACES, (failed,))).value is None
    assert measured(measure_id, (WORKSPACES, (start,))).value is not None


@pytest.mark.parametrize("measure_id", ["start-time-p50", "builds-failed", "build-time-p50", "build-wait-p95"])
def test_what_is_dated_far_in_the_future_counts_in_no_window(measure_id: str) -> None:
    start = ready("ana")
    ahead = replace(start, created_at=ago(-3600), job_started_at=ago(-3590), job_completed_at=ago(-3580))
    ahead = replace(ahead, agents=(replace(start.agents[0], first_connected_at=ago(-3570), ready_at=ago(-3560)),))
    assert measured(measure_id, (WORKSPACES, (ahead,))).value is None


def with_script(
    person: str, lifecycle: str, *, ended_s_ago: float | None = 60, asked_s_ago: float | None = 90, **more: object
) -> Workspace:
    ended = None if ended_s_ago is None else ago(ended_s_ago)
    agents = (Agent("main", "connected", "ready", ready_at=ended), Agent("dev", "connected", lifecycle, ready_at=ended))
    asked = None if asked_s_ago is None else ago(asked_s_ago)
    return workspace(person, "running", created_at=asked, agents=agents, **more)


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome", "detail", "people"),
    [
        ((), 0, PASS, "", ()),
        ((with_script("ana", "ready"), with_script("bo", "starting")), 0, PASS, "", ()),
        ((with_script("ana", "start_error"),), 1, WARN, "", ("ana",)),
        (
            (with_script("bo", "start_error"), with_script("ana", "start_timeout"), with_script("cleo", "ready")),
            2,
            WARN,
            "1 timed out",
            ("ana", "bo"),
        ),
        ((with_script("ana", "start_error", asked_s_ago=9000),), 1, WARN, "", ("ana",)),
        ((with_script("ana", "start_error", ended_s_ago=1900, asked_s_ago=2000),), 0, PASS, "", ()),
        ((with_script("ana", "start_error", ended_s_ago=None),), 1, WARN, "", ("ana",)),
        ((with_script("ana", "start_error", ended_s_ago=None, asked_s_ago=None),), 1, WARN, "", ("ana",)),
        ((with_script("ana", "start_error", ended_s_ago=-600),), 0, PASS, "", ()),
        ((with_script("prebuilds", "start_error", prebuild=True),), 0, PASS, "", ()),
    ],
    ids=[
        "no workspace",
        "all well",
        "one",
        "two",
        "an agent restarted in an old workspace",
        "long ago",
        "its end not told",
        "nobody dates it",
        "of the future",
        "a prebuild",
    ],
)
def test_a_failed_start_up_script_is_seen_with_whom_it_hits(
    workspaces: tuple[Workspace, ...], value: float, outcome: Outcome, detail: str, people: tuple[str, ...]
) -> None:
    found = measured("scripts-failed", (WORKSPACES, workspaces))
    assert (found.value, found.outcome, found.detail, found.people) == (value, outcome, detail, people)
