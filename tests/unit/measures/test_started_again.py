from __future__ import annotations

import pytest

from fakes.measured import ago, measured
from workshop_tui.model.coder import Workspace
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.outcome import Outcome

PASS, WARN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.FAIL


def workspace(person: str, built_s_ago: float | None = 60, number: int = 1, transition: str = "start") -> Workspace:
    created_at = None if built_s_ago is None else ago(built_s_ago)
    return Workspace(
        person,
        f"ws-{person}",
        person,
        "coder",
        "goose",
        "running" if transition == "start" else "stopped",
        transition,
        build_number=number,
        created_at=created_at,
    )


@pytest.mark.parametrize(
    ("workspaces", "value", "outcome", "detail"),
    [
        ((), 0, PASS, ""),
        (tuple(workspace(person) for person in "abcdef"), 0, PASS, ""),
        ((workspace("a", number=2), workspace("b")), 1, PASS, "of 2 in 5 min"),
        (tuple(workspace(person, number=2) for person in "abc"), 3, WARN, "of 3 in 5 min"),
        (tuple(workspace(person, number=3) for person in "abcde"), 5, FAIL, "of 5 in 5 min"),
        (tuple(workspace(person, 301, number=2) for person in "abcde"), 0, PASS, ""),
        (tuple(workspace(person, None, number=2) for person in "abcde"), 0, PASS, ""),
        (tuple(workspace(person, number=2, transition="stop") for person in "abcde"), 0, PASS, ""),
    ],
    ids=["nobody", "first starts", "one by itself", "several", "many", "long ago", "no time", "stopped"],
)
def test_several_that_are_started_again_at_once_are_no_chance(
    workspaces: tuple[Workspace, ...], value: float, outcome: Outcome, detail: str
) -> None:
    found = measured("started-again", (WORKSPACES, workspaces))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)
    assert found.people == (tuple(sorted(one.owner for one in workspaces)) if outcome in (WARN, FAIL) else ())
