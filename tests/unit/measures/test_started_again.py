from __future__ import annotations

from collections.abc import Iterable

import pytest

from fakes.measured import ago, measured
from workshop_tui.model.coder import Workspace
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.outcome import Outcome

PASS, WARN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.FAIL


def workspace(
    person: str,
    built_s_ago: float | None = 60,
    ran_until_s_ago: float | None = None,
    transition: str = "start",
    reason: str = "initiator",
) -> Workspace:
    created_at = None if built_s_ago is None else ago(built_s_ago)
    return Workspace(
        person,
        f"ws-{person}",
        person,
        "coder",
        "goose",
        "running" if transition == "start" else "stopped",
        transition,
        build_number=7,
        created_at=created_at,
        reason=reason,
        ran_until=None if ran_until_s_ago is None else ago(ran_until_s_ago),
    )


def each(people: Iterable[object], *given: float | None, **more: str) -> tuple[Workspace, ...]:
    return tuple(workspace(str(person), *given, **more) for person in people)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome", "detail"),
    [
        ((), 0, PASS, ""),
        (each("abcdef"), 0, PASS, ""),
        (each("abcdef", 60, 9000), 0, PASS, ""),
        ((workspace("a", 60, 60), workspace("b")), 1, PASS, "of 2 in 5 min"),
        (each("abc", 60, 60), 3, WARN, "of 3 in 5 min"),
        (each("abcde", 60, 179), 5, FAIL, "of 5 in 5 min"),
        (each("abcde", 60, 181), 0, PASS, ""),
        (each("abcde", 60, 50), 5, FAIL, "of 5 in 5 min"),
        (each("abcde", 301, 301), 0, PASS, ""),
        (each("abcde", None, 60), 0, PASS, ""),
        (each("abcde", 60, 60, transition="stop"), 0, PASS, ""),
        (each("abcde", 60, 60, reason="autostart"), 0, PASS, ""),
    ],
    ids=[
        "nobody",
        "nothing was seen to run",
        "they come back after hours",
        "one by itself",
        "several",
        "many, after a stop",
        "they come back after minutes",
        "clocks disagree",
        "long ago",
        "no time",
        "stopped",
        "by schedule",
    ],
)
def test_several_that_are_started_again_at_once_are_no_chance(
    workspaces: tuple[Workspace, ...], value: float, outcome: Outcome, detail: str
) -> None:
    found = measured("started-again", (WORKSPACES, workspaces))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)
    assert found.people == (tuple(sorted(one.owner for one in workspaces)) if outcome in (WARN, FAIL) else ())


@pytest.mark.parametrize(("again", "outcome"), [(5, PASS), (14, PASS), (15, WARN), (25, FAIL), (500, FAIL)])
def test_in_a_large_crowd_more_of_them_are_chance(again: int, outcome: Outcome) -> None:
    said = (*each(range(again), 60, 60), *each(range(again, 500)))
    found = measured("started-again", (WORKSPACES, said))
    assert (found.value, found.outcome) == (again, outcome)
